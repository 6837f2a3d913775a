#include "robots/study/workspace.h"

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>
#include <memory>
#include <numbers>

#include "core/random.h"
#include "robots/study/study.h"

namespace sinew::robots {
namespace {

using Eigen::Vector3d;

constexpr int kSamples = 2000, kCentres = 80, kSolverSteps = 80;
constexpr int kLoadSamples = 500;
constexpr double kTolerance = 0.01;                  // of the reach, that counts as reached
constexpr double kMargin = 0.02;                     // [m] above the ground
constexpr double kLargest = 0.22, kSmallest = 0.03;  // half a side, as shares of the reach

struct Sample {
  std::vector<double> qpos;
  Vector3d point;
};

void Draw(const mjModel* m, const std::vector<int>& joints, Random* random,
          std::vector<double>* qpos) {
  for (const int j : joints) {
    const double* range = m->jnt_range + 2 * j;
    const double free = m->jnt_type[j] == mjJNT_HINGE ? std::numbers::pi : 0.5;
    (*qpos)[m->jnt_qposadr[j]] =
        m->jnt_limited[j] ? random->Uniform(range[0], range[1]) : random->Uniform(-free, free);
  }
  FollowCouplings(m, qpos->data());
}

// A model with data of its own, posed again and again.
class Poser {
 public:
  Poser(const mjModel* m, int site)
      : m_(m),
        site_(site),
        data_(mj_makeData(m), mj_deleteData),
        joints_(ChainJoints(m, m->site_bodyid[site])) {}

  const std::vector<int>& joints() const { return joints_; }

  Vector3d Place(const std::vector<double>& qpos) {
    std::ranges::copy(qpos, data_->qpos);
    mj_kinematics(m_, data_.get());
    mj_comPos(m_, data_.get());
    return Vector3d(data_->site_xpos + 3 * site_);
  }

  // damped least squares within the ranges; whether it came within the tolerance
  bool Reaches(const Vector3d& target, std::vector<double> qpos, double tolerance) {
    Eigen::Matrix<double, 3, Eigen::Dynamic, Eigen::RowMajor> jacobian(3, m_->nv);
    for (int step = 0; step < kSolverSteps; ++step) {
      const Vector3d error = target - Place(qpos);
      if (error.norm() < tolerance) return true;
      mj_jacSite(m_, data_.get(), jacobian.data(), nullptr, site_);
      const double damping = 1e-3 * jacobian.squaredNorm() + 1e-9;
      const Eigen::Matrix3d square =
          jacobian * jacobian.transpose() + damping * Eigen::Matrix3d::Identity();
      const Eigen::VectorXd move = jacobian.transpose() * square.ldlt().solve(error);
      for (const int j : joints_) {
        double& q = qpos[m_->jnt_qposadr[j]];
        q += std::clamp(move[m_->jnt_dofadr[j]], -0.3, 0.3);
        if (m_->jnt_limited[j]) q = std::clamp(q, m_->jnt_range[2 * j], m_->jnt_range[2 * j + 1]);
      }
      FollowCouplings(m_, qpos.data());
    }
    return false;
  }

 private:
  const mjModel* m_;
  int site_;
  std::unique_ptr<mjData, void (*)(mjData*)> data_;
  std::vector<int> joints_;
};

class BoxFinder {
 public:
  BoxFinder(const mjModel* m, int site, const std::vector<double>& home, double ground)
      : poser_(m, site), home_(home), ground_(ground + kMargin) {
    home_point_ = poser_.Place(home);
    Random random(0, "workspace");
    const Vector3d anchor =
        poser_.joints().empty() ? Vector3d::Zero() : AnchorOf(m, poser_.joints()[0]);
    for (int i = 0; i < kSamples; ++i) {
      Sample sample{.qpos = home, .point = {}};
      Draw(m, poser_.joints(), &random, &sample.qpos);
      sample.point = poser_.Place(sample.qpos);
      reach_ = std::max(reach_, (sample.point - anchor).norm());
      samples_.push_back(std::move(sample));
    }
    Vector3d low = samples_[0].point, high = low;
    for (const Sample& s : samples_) {
      low = low.cwiseMin(s.point);
      high = high.cwiseMax(s.point);
    }
    spread_ = high - low;
  }

  std::optional<Box> Find() {
    if (reach_ < 1e-3) return std::nullopt;
    for (double share = kLargest; share >= kSmallest; share *= 0.8) {
      Vector3d half = Vector3d::Constant(share * reach_);
      for (int k = 0; k < 3; ++k)
        if (spread_[k] < 1e-3 * reach_) half[k] = 0;
      for (const Vector3d& centre : Centres(half)) {
        if (Reachable(centre, half)) return Box{centre - half, centre + half};
      }
    }
    return std::nullopt;
  }

 private:
  Vector3d AnchorOf(const mjModel* m, int joint) {
    // of the pose that was placed last
    return Vector3d::Zero() + Eigen::Map<const Vector3d>(m->body_pos + 3 * m->jnt_bodyid[joint]);
  }

  // above the ground, the nearest to the end effector's own place first
  std::vector<Vector3d> Centres(const Vector3d& half) const {
    std::vector<Vector3d> centres;
    const auto add = [&](Vector3d centre) {
      if (half[2] > 0) centre[2] = std::max(centre[2], ground_ + half[2]);
      if (centre[2] - half[2] >= ground_) centres.push_back(centre);
    };
    add(home_point_);
    for (int i = 0; i < kCentres; ++i) add(samples_[i].point);
    std::ranges::sort(centres, {}, [&](const Vector3d& c) { return (c - home_point_).norm(); });
    return centres;
  }

  bool Reachable(const Vector3d& centre, const Vector3d& half) {
    static constexpr int kPoints[][3] = {{0, 0, 0},   {1, 0, 0},   {-1, 0, 0},  {0, 1, 0},
                                         {0, -1, 0},  {0, 0, 1},   {0, 0, -1},  {1, 1, 1},
                                         {1, 1, -1},  {1, -1, 1},  {1, -1, -1}, {-1, 1, 1},
                                         {-1, 1, -1}, {-1, -1, 1}, {-1, -1, -1}};
    for (const auto& p : kPoints) {
      const Vector3d point = centre + half.cwiseProduct(Vector3d(p[0], p[1], p[2]));
      const auto nearest = std::ranges::min_element(
          samples_, {}, [&](const Sample& s) { return (s.point - point).squaredNorm(); });
      // far from all samples the solver need not be asked
      if ((nearest->point - point).norm() > 0.3 * reach_) return false;
      if (!poser_.Reaches(point, nearest->qpos, kTolerance * reach_)) return false;
    }
    return true;
  }

  Poser poser_;
  std::vector<double> home_;
  double ground_;
  Vector3d home_point_, spread_;
  double reach_ = 0;
  std::vector<Sample> samples_;
};

}  // namespace

std::optional<Box> ReachableBox(const mjModel* m, int site, const std::vector<double>& home,
                                double ground) {
  return BoxFinder(m, site, home, ground).Find();
}

std::vector<double> GravityLoad(const mjModel* m, const std::vector<double>& home) {
  std::vector<int> joints;
  for (int j = 0; j < m->njnt; ++j)
    if (IsScalar(m, j)) joints.push_back(j);
  const std::unique_ptr<mjData, void (*)(mjData*)> data(mj_makeData(m), mj_deleteData);
  std::vector<double> load(m->nv, 0.0), qpos = home;
  Random random(0, "gravity load");
  for (int i = 0; i < kLoadSamples; ++i) {
    Draw(m, joints, &random, &qpos);
    std::ranges::copy(qpos, data->qpos);
    mj_fwdPosition(m, data.get());
    mj_fwdVelocity(m, data.get());
    for (int k = 0; k < m->nv; ++k) load[k] = std::max(load[k], std::abs(data->qfrc_bias[k]));
  }
  return load;
}

}  // namespace sinew::robots
