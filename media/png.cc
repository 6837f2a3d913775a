#include "media/png.h"

#include <fmt/format.h>
#include <png.h>

#include <vector>

#include "core/error.h"
#include "core/files.h"
#include "media/part_file.h"

namespace sinew::media {
namespace {

// libpng wants its error function not to return; C++ exceptions must not cross its frames, so it
// jumps out instead
[[noreturn]] void OnError(png_structp png, png_const_charp message) {
  *static_cast<std::string*>(png_get_error_ptr(png)) = message;
  png_longjmp(png, 1);
}

void OnWarning(png_structp, png_const_charp) {}

void Append(png_structp png, png_bytep bytes, size_t size) {
  static_cast<std::string*>(png_get_io_ptr(png))
      ->append(reinterpret_cast<const char*>(bytes), size);
}

void Flush(png_structp) {}

std::vector<png_text> TextChunks(const std::map<std::string, std::string>& metadata) {
  std::vector<png_text> chunks;
  for (const auto& [keyword, text] : metadata) {
    if (keyword.empty() || keyword.size() > 79) {
      throw Error(fmt::format("PNG keyword '{}': must be 1 to 79 characters long", keyword));
    }
    png_text chunk{};
    chunk.compression = PNG_TEXT_COMPRESSION_NONE;
    chunk.key = const_cast<char*>(keyword.c_str());
    chunk.text = const_cast<char*>(text.c_str());
    chunk.text_length = text.size();
    chunks.push_back(chunk);
  }
  return chunks;
}

// All objects with destructors live in the caller: longjmp over them would be undefined. Returns
// whether it worked.
bool Encode(const sim::Image& image, const std::vector<png_text>& text,
            std::vector<png_bytep>* rows, std::string* bytes, std::string* error) {
  png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, error, OnError, OnWarning);
  png_infop info = png ? png_create_info_struct(png) : nullptr;
  if (!info || setjmp(png_jmpbuf(png))) {
    png_destroy_write_struct(&png, &info);
    return false;
  }
  png_set_write_fn(png, bytes, Append, Flush);
  png_set_IHDR(png, info, image.width, image.height, 8, PNG_COLOR_TYPE_RGB, PNG_INTERLACE_NONE,
               PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  // flat areas, letters and patterns that repeat are shorter as they are
  png_set_filter(png, PNG_FILTER_TYPE_BASE, PNG_FILTER_NONE);
  png_set_text(png, info, text.data(), static_cast<int>(text.size()));
  png_write_info(png, info);
  png_write_image(png, rows->data());
  png_write_end(png, info);
  png_destroy_write_struct(&png, &info);
  return true;
}

}  // namespace

void CheckImage(const sim::Image& image) {
  if (image.width < 1 || image.height < 1 ||
      image.rgb.size() != 3 * static_cast<size_t>(image.width) * image.height) {
    throw Error(fmt::format("image of {}x{} pixels with {} bytes, not 3 a pixel", image.width,
                            image.height, image.rgb.size()));
  }
}

std::string EncodePng(const sim::Image& image, const std::map<std::string, std::string>& metadata) {
  CheckImage(image);
  const std::vector<png_text> text = TextChunks(metadata);
  std::vector<png_bytep> rows;
  for (int y = 0; y < image.height; ++y) {
    rows.push_back(const_cast<png_bytep>(image.rgb.data()) +
                   3 * static_cast<size_t>(image.width) * y);
  }
  std::string bytes, error;
  if (!Encode(image, text, &rows, &bytes, &error))
    throw Error(fmt::format("cannot encode PNG: {}", error));
  return bytes;
}

void WritePng(const std::filesystem::path& path, const sim::Image& image,
              const std::map<std::string, std::string>& metadata) {
  const std::string bytes = EncodePng(image, metadata);
  CheckOutputPath(path);
  WriteFileAtomically(path, bytes);
}

}  // namespace sinew::media
