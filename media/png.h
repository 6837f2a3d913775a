#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "sim/render/renderer.h"

namespace sinew::media {

/// `image` as the bytes of a PNG file (8 bit RGB), with one tEXt chunk for each keyword and text of
/// `metadata` (keywords 1 to 79 printable Latin-1 characters, as in the PNG specification,
/// section 11.3.4.3).
/// @throws Error if the image's size does not match its bytes or a keyword is not valid.
std::string EncodePng(const sim::Image& image,
                      const std::map<std::string, std::string>& metadata = {});

/// Writes EncodePng() atomically. @throws UserError if the folder does not exist; Error if the disk
/// is full.
void WritePng(const std::filesystem::path& path, const sim::Image& image,
              const std::map<std::string, std::string>& metadata = {});

/// Throws Error unless the image has a positive size and 3 bytes for every pixel.
void CheckImage(const sim::Image& image);

}  // namespace sinew::media
