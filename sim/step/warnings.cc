#include "sim/step/warnings.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <memory>

namespace sinew::sim {
namespace {

constexpr int kMostContacts = 20000;  // that a look at what would have been needed makes room for

bool IsPowerOfTwo(int64_t count) { return (count & (count - 1)) == 0; }

/// What a state takes when nothing is left out.
struct Needs {
  int contacts = 0, constraints = 0;
};

// rows of the constraints apart from contacts, at most
int RowsWithoutContacts(const mjModel* m) {
  return 6 * m->neq + m->nv + m->ntendon + 2 * (m->njnt + m->ntendon);
}

int RowsOf(const mjModel* m, const mjContact& contact) {
  if (contact.dim == 1) return 1;
  return m->opt.cone == mjCONE_PYRAMIDAL ? 2 * (contact.dim - 1) : contact.dim;
}

/// The contacts of a state, in a copy of the model with room for `room` of them.
Needs LookWithRoom(const mjModel* m, const mjData* d, int room) {
  const std::unique_ptr<mjModel, void (*)(mjModel*)> roomy(mj_copyModel(nullptr, m),
                                                           mj_deleteModel);
  roomy->nconmax = room;
  const std::unique_ptr<mjData, void (*)(mjData*)> data(mj_makeData(roomy.get()), mj_deleteData);
  std::copy_n(d->qpos, m->nq, data->qpos);
  std::copy_n(d->mocap_pos, 3 * m->nmocap, data->mocap_pos);
  std::copy_n(d->mocap_quat, 4 * m->nmocap, data->mocap_quat);
  mj_kinematics(roomy.get(), data.get());
  mj_comPos(roomy.get(), data.get());
  mj_collision(roomy.get(), data.get());
  Needs needs{data->ncon, RowsWithoutContacts(m)};
  for (int i = 0; i < data->ncon; ++i) needs.constraints += RowsOf(m, data->contact[i]);
  return needs;
}

Needs Look(const mjModel* m, const mjData* d) {
  int room = std::max<int>(m->nconmax, 1);
  Needs needs;
  do {
    room = std::min(4 * room, kMostContacts);
    needs = LookWithRoom(m, d, room);
  } while (needs.contacts == room && room < kMostContacts);
  return needs;
}

// with a margin, for other states will need more
int SizeToWrite(int needed) { return (needed * 3 / 2 + 49) / 50 * 50; }

std::string RoomLine(const char* what, int64_t steps, const char* attribute, int room, int needed) {
  if (room <= 0) {  // MuJoCo 3 gives no number of its own, and takes what its memory holds
    return fmt::format(
        "MuJoCo dropped {} in {} physics steps, because its memory is full: write <size "
        "memory=\"64M\"/> or more into the model",
        what, steps);
  }
  return fmt::format(
      "MuJoCo dropped {} in {} physics steps, because {} = {} is too small for the {} that it "
      "takes: write <size {}=\"{}\"/> into the model",
      what, steps, attribute, room, needed, attribute, SizeToWrite(needed));
}

}  // namespace

WarningCounts& WarningCounts::operator+=(const WarningCounts& other) {
  contacts += other.contacts;
  constraints += other.constraints;
  inertia += other.inertia;
  contact_room = std::max(contact_room, other.contact_room);
  contacts_needed = std::max(contacts_needed, other.contacts_needed);
  constraint_room = std::max(constraint_room, other.constraint_room);
  constraints_needed = std::max(constraints_needed, other.constraints_needed);
  if (inertia_joint.empty()) inertia_joint = other.inertia_joint;
  return *this;
}

WarningCounts WarningCounts::Since(const WarningCounts& before) const {
  WarningCounts rest = *this;
  rest.contacts -= before.contacts;
  rest.constraints -= before.constraints;
  rest.inertia -= before.inertia;
  return rest;
}

std::vector<std::string> WarningCounts::Describe() const {
  std::vector<std::string> lines;
  if (contacts > 0)
    lines.push_back(RoomLine("contacts", contacts, "nconmax", contact_room, contacts_needed));
  if (constraints > 0) {
    lines.push_back(
        RoomLine("constraints", constraints, "njmax", constraint_room, constraints_needed));
  }
  if (inertia > 0) {
    lines.push_back(
        fmt::format("MuJoCo found the inertia (nearly) singular in {} physics steps, at '{}': give "
                    "that joint an armature, or its body more mass",
                    inertia, inertia_joint));
  }
  return lines;
}

std::string WarningCounts::ToString() const {
  return fmt::format("{}", fmt::join(Describe(), "; "));
}

bool StepWarnings::Raised(const mjData* d, mjtWarning warning) {
  const int number = d->warning[warning].number;
  const bool raised = number > seen_[warning];
  seen_[warning] = number;
  return raised;
}

void StepWarnings::Count(const mjModel* m, const mjData* d) {
  const bool contacts = Raised(d, mjWARN_CONTACTFULL), constraints = Raised(d, mjWARN_CNSTRFULL);
  const bool inertia = Raised(d, mjWARN_INERTIA);
  if (!contacts && !constraints && !inertia) return;
  counts_.contacts += contacts;
  counts_.constraints += constraints;
  counts_.inertia += inertia;
  if (inertia && counts_.inertia_joint.empty()) {
    const int dof = std::clamp(d->warning[mjWARN_INERTIA].lastinfo, 0, std::max<int>(0, m->nv - 1));
    const int joint = m->dof_jntid[dof];
    const char* name = mj_id2name(m, mjOBJ_JOINT, joint);
    counts_.inertia_joint = name ? name : fmt::format("joint {}", joint);
  }
  // a look costs as much as many steps, so that it is not taken in each of them
  const int64_t full =
      std::max(contacts ? counts_.contacts : 0, constraints ? counts_.constraints : 0);
  if (full == 0 || !IsPowerOfTwo(full)) return;
  const Needs needs = Look(m, d);
  counts_.contact_room = m->nconmax;
  counts_.constraint_room = m->njmax;
  counts_.contacts_needed = std::max(counts_.contacts_needed, needs.contacts);
  counts_.constraints_needed = std::max(counts_.constraints_needed, needs.constraints);
}

}  // namespace sinew::sim
