#include "viewer/analysis/fields.h"

#include <fmt/format.h>

#include <algorithm>
#include <sstream>
#include <type_traits>

#include "sim/engine/engine.h"

namespace sinew::viewer {
namespace {

template <class T>
constexpr bool kIsNumber = std::is_arithmetic_v<T> && !std::is_same_v<T, char>;

// calls visit(name, row kind, pointer, rows, columns) for every array of numbers
template <class Visit>
auto Numbers(const std::string& prefix, Visit visit) {
  return [prefix, visit](const char* name, const char* kind, const auto* values, int rows,
                         int columns) {
    if constexpr (kIsNumber<std::remove_cvref_t<decltype(*values)>>)
      visit(prefix + name, kind, values, rows, columns);
  };
}

template <class Visit>
void VisitData(const mjModel* m, const mjData* d, Visit visit) {
  sim::engine::VisitDataArrays(m, d, Numbers("", visit));
}

template <class Visit>
void VisitModel(const mjModel* m, Visit visit) {
  sim::engine::VisitModelArrays(m, Numbers("model.", visit));
}

mjtObj KindOf(std::string_view rows) {
  if (rows == "nbody") return mjOBJ_BODY;
  if (rows == "njnt") return mjOBJ_JOINT;
  if (rows == "ngeom") return mjOBJ_GEOM;
  if (rows == "nsite") return mjOBJ_SITE;
  if (rows == "ncam") return mjOBJ_CAMERA;
  if (rows == "nlight") return mjOBJ_LIGHT;
  if (rows == "nu" || rows == "nactuator") return mjOBJ_ACTUATOR;
  if (rows == "nsensor") return mjOBJ_SENSOR;
  if (rows == "ntendon") return mjOBJ_TENDON;
  return mjOBJ_UNKNOWN;
}

// the joint that a degree of freedom or a coordinate belongs to
int JointOfRow(const mjModel* model, bool coordinate, int row) {
  if (!coordinate) return model->dof_jntid[row];
  int joint = model->njnt - 1;
  while (joint > 0 && model->jnt_qposadr[joint] > row) --joint;
  return joint;
}

}  // namespace

std::vector<Field> ListFields(const mjModel* model) {
  std::vector<Field> fields;
  const auto add = [&](const std::string& name, const char* kind, const auto*, int rows,
                       int columns) {
    if (rows > 0 && columns > 0) fields.push_back({name, kind, rows, columns});
  };
  VisitData(model, nullptr, add);
  VisitModel(model, add);
  return fields;
}

std::vector<double> ReadField(const mjModel* model, const mjData* data, const Field& field) {
  std::vector<double> values;
  const auto take = [&](const std::string& name, const char*, const auto* source, int rows,
                        int columns) {
    if (field.name != name) return;
    values.assign(source, source + static_cast<std::ptrdiff_t>(rows) * columns);
  };
  VisitData(model, data, take);
  if (field.name.starts_with("model.")) VisitModel(model, take);
  return values;
}

std::string RowName(const mjModel* model, const Field& field, int row) {
  const bool coordinate = field.row_kind == "nq";
  const char* name = nullptr;
  if ((coordinate || field.row_kind == "nv") && model->njnt > 0) {
    name = mj_id2name(model, mjOBJ_JOINT, JointOfRow(model, coordinate, row));
  } else if (const mjtObj kind = KindOf(field.row_kind); kind != mjOBJ_UNKNOWN) {
    name = mj_id2name(model, kind, row);
    // motors are named after what they move
    if (!name && kind == mjOBJ_ACTUATOR && model->actuator_trntype[row] == mjTRN_JOINT) {
      name = mj_id2name(model, mjOBJ_JOINT, model->actuator_trnid[2 * row]);
    }
  }
  return name ? name : "";
}

std::vector<int> FindFields(std::span<const Field> fields, std::string_view query) {
  std::vector<std::string> words;
  std::istringstream stream{std::string(query)};
  for (std::string word; stream >> word;) words.push_back(word);
  std::vector<int> found;
  for (size_t i = 0; i < fields.size(); ++i) {
    const auto contains = [&](const std::string& word) {
      return fields[i].name.find(word) != std::string::npos;
    };
    if (std::ranges::all_of(words, contains)) found.push_back(static_cast<int>(i));
  }
  return found;
}

}  // namespace sinew::viewer
