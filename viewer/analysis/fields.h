#pragma once

#include <mujoco/mujoco.h>

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sinew::viewer {

/// One array of mjData or mjModel, such as "qpos" or "model.body_mass".
struct Field {
  std::string name;
  std::string row_kind;  // what its rows are, in MuJoCo's own word: "nbody", "nv"
  int rows = 0, columns = 1;
};

/// Every array of numbers that the model has, data first, then "model." and its own; without empty
/// ones.
std::vector<Field> ListFields(const mjModel* model);

/// The numbers of a field. @return  [rows x columns]; empty for a name that is none.
std::vector<double> ReadField(const mjModel* model, const mjData* data, const Field& field);

/// What row `row` belongs to, where the model names it: a body, a joint, a site. Empty if not.
std::string RowName(const mjModel* model, const Field& field, int row);

/// Indices into `fields` of those whose name contains all words of `query`, in their order.
std::vector<int> FindFields(std::span<const Field> fields, std::string_view query);

}  // namespace sinew::viewer
