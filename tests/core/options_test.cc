#include "core/options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/error.h"
#include "core/value_text.h"

namespace sinew {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// What the action throws, or "" if it throws nothing.
template <class Action>
std::string MessageOf(Action action) {
  try {
    action();
  } catch (const UserError& error) {
    return error.what();
  }
  return "";
}

struct Settings {
  double actor_lr = 1e-4;
  double scale = 0.1;  // any finite number
  int64_t batch = 64;
  bool watch = false;
  std::string noise = "ou";
  std::string note = "first \"try\"";
  std::vector<int64_t> hidden{64, 64};
  int64_t steps = 1000;

  bool operator==(const Settings&) const = default;
};

// Settings with the two sections that describe them.
class Fixture : public testing::Test {
 protected:
  Fixture() { Describe(&settings_, &agent_, &train_, &config_); }

  static void Describe(Settings* settings, OptionTable* agent, OptionTable* train, Config* config) {
    agent->Add("actor_lr", &settings->actor_lr, {0, 1}, "learning rate of the actor");
    agent->Add("scale", &settings->scale, {}, "size of the noise", "N·m");
    agent->Add("batch", &settings->batch, {1, 100000}, "transitions an update");
    agent->Add("noise", &settings->noise, {"ou", "gaussian"}, "exploration");
    agent->Add("hidden", &settings->hidden, {1, 4096}, "layer widths");
    train->Add("steps", &settings->steps, {1}, "environment steps");
    train->Add("watch", &settings->watch, "open the viewer");
    train->Add("note", &settings->note, std::vector<std::string>(), "free text");
    config->AddSection(agent);
    config->AddSection(train);
  }

  std::string SetError(std::string_view assignment) {
    return MessageOf([&] { config_.SetFromText(assignment); });
  }
  std::string TomlError(std::string_view toml) {
    return MessageOf([&] { config_.SetFromToml(toml, "my.toml"); });
  }

  Settings settings_;
  OptionTable agent_{"agent"};
  OptionTable train_{"train"};
  Config config_;
};

using OptionsTest = Fixture;

TEST_F(OptionsTest, ReadsEveryType) {
  config_.SetFromText("agent.actor_lr=3e-4");
  config_.SetFromText("agent.batch=10_000");
  config_.SetFromText("agent.noise=gaussian");
  config_.SetFromText("agent.hidden=400,300");
  config_.SetFromText("train.steps=1e5");
  config_.SetFromText("train.watch=true");
  config_.SetFromText("train.note=a = b");
  EXPECT_EQ(settings_.actor_lr, 3e-4);
  EXPECT_EQ(settings_.batch, 10000);
  EXPECT_EQ(settings_.noise, "gaussian");
  EXPECT_THAT(settings_.hidden, ElementsAre(400, 300));
  EXPECT_EQ(settings_.steps, 100000);
  EXPECT_TRUE(settings_.watch);
  EXPECT_EQ(settings_.note, "a = b");
}

TEST_F(OptionsTest, ListsAreWrittenWithOrWithoutBrackets) {
  config_.SetFromText("agent.hidden=[128, 32]");
  EXPECT_THAT(settings_.hidden, ElementsAre(128, 32));
  config_.SetFromText("agent.hidden=7");
  EXPECT_THAT(settings_.hidden, ElementsAre(7));
  config_.SetFromText("agent.hidden=[]");
  EXPECT_THAT(settings_.hidden, IsEmpty());
}

TEST_F(OptionsTest, RangesAreClosed) {
  EXPECT_EQ(SetError("agent.actor_lr=0"), "");
  EXPECT_EQ(SetError("agent.actor_lr=1"), "");
  EXPECT_EQ(SetError("agent.actor_lr=1.5"),
            "agent.actor_lr = 1.5 is not valid: expected a number from 0 to 1");
  EXPECT_EQ(SetError("train.steps=0"),
            "train.steps = 0 is not valid: expected an integer of at least 1");
  EXPECT_THAT(SetError("agent.hidden=64,0"), HasSubstr("of integers from 1 to 4096"));
  // what was refused changes nothing
  EXPECT_EQ(settings_.actor_lr, 1);
  EXPECT_EQ(settings_.steps, 1000);
  EXPECT_THAT(settings_.hidden, ElementsAre(64, 64));
}

TEST_F(OptionsTest, RefusesWhatIsNoSuchValue) {
  for (const char* assignment :
       {"agent.actor_lr=", "agent.actor_lr=fast", "agent.actor_lr=1e-4x", "agent.actor_lr=1__0",
        "agent.actor_lr=_1", "agent.actor_lr=+-1", "agent.scale=nan", "agent.scale=inf",
        "agent.scale=1e999", "agent.batch=1.5", "agent.batch=99999999999999999999",
        "agent.noise=OU", "agent.hidden=64,", "agent.hidden=64,x", "agent.hidden=[64",
        "train.watch=yes"}) {
    EXPECT_THAT(SetError(assignment), HasSubstr("is not valid: expected ")) << assignment;
  }
  EXPECT_EQ(settings_, Settings());
  EXPECT_THAT(SetError("agent.noise=white"), HasSubstr("one of ou, gaussian"));
}

TEST_F(OptionsTest, OffersTheNearestName) {
  EXPECT_THAT(SetError("agent.actor_rl=1"),
              HasSubstr("unknown option in [agent] 'actor_rl': did you mean 'actor_lr'?"));
  EXPECT_THAT(SetError("agnet.batch=1"),
              HasSubstr("unknown section 'agnet': did you mean 'agent'?"));
  EXPECT_THAT(SetError("agent.batch"), HasSubstr("expected section.key=value"));
  EXPECT_THAT(SetError("batch=3"), HasSubstr("expected section.key=value"));
}

TEST_F(OptionsTest, ReadsToml) {
  config_.SetFromToml(R"(
[agent]
actor_lr = 1          # an integer does where a number is asked for
batch = 100_000
noise = "gaussian"
hidden = [256, 256]
[train]
watch = true
note = "C:\\runs"
)",
                      "my.toml");
  EXPECT_EQ(settings_.actor_lr, 1.0);
  EXPECT_EQ(settings_.batch, 100000);
  EXPECT_EQ(settings_.noise, "gaussian");
  EXPECT_THAT(settings_.hidden, ElementsAre(256, 256));
  EXPECT_TRUE(settings_.watch);
  EXPECT_EQ(settings_.note, "C:\\runs");

  config_.SetFromToml("agent.hidden = \"64,64\"", "my.toml");
  EXPECT_THAT(settings_.hidden, ElementsAre(64, 64));
}

TEST_F(OptionsTest, TomlErrorsNameFileAndLine) {
  EXPECT_THAT(TomlError("[agent]\nbatch = \n"), HasSubstr("my.toml:2: "));
  EXPECT_EQ(TomlError("\n[agent]\nbatch = 0\n"),
            "my.toml:3: agent.batch = 0 is not valid: expected an integer from 1 to 100000");
  EXPECT_THAT(TomlError("[agent]\n\nbatsh = 3\n"),
              HasSubstr("my.toml:3: unknown option in [agent]"));
  EXPECT_THAT(TomlError("\n\n[agnet]\nbatch = 3\n"),
              HasSubstr("my.toml:3: unknown section 'agnet'"));
  EXPECT_THAT(TomlError("agent = 3\n"), HasSubstr("my.toml:1: 'agent' is a section"));
}

TEST_F(OptionsTest, TomlTypesMustFit) {
  for (const char* line : {"actor_lr = \"0.5\"", "batch = 1.5", "batch = [1]", "hidden = 1.5",
                           "hidden = [1, \"2\"]", "hidden = [[1]]", "noise = 3", "noise = {a = 1}",
                           "actor_lr = 2020-01-01", "actor_lr = nan"}) {
    EXPECT_THAT(TomlError("[agent]\n" + std::string(line)), HasSubstr("my.toml:2: agent.")) << line;
  }
  EXPECT_EQ(settings_, Settings());
}

TEST_F(OptionsTest, ResolvedTomlReadsBackToTheSameValues) {
  settings_ = {.actor_lr = 0.1 + 0.2,  // not a short decimal
               .scale = -5e-324,
               .batch = 99999,
               .watch = true,
               .noise = "gaussian",
               .note = "tab\t, \"quote\", back\\slash, newline\n, größer",
               .hidden = {400, 300},
               .steps = int64_t{1} << 62};
  const std::string toml = config_.ToToml();

  Settings read;
  OptionTable agent("agent"), train("train");
  Config config;
  Describe(&read, &agent, &train, &config);
  config.SetFromToml(toml, "config.toml");
  EXPECT_EQ(read, settings_) << toml;
  EXPECT_EQ(config.ToToml(), toml);
}

TEST_F(OptionsTest, ResolvedTomlExplainsItself) {
  const std::string toml = config_.ToToml();
  EXPECT_THAT(toml, HasSubstr("[agent]\nactor_lr = 0.0001"));
  EXPECT_THAT(toml, HasSubstr("# learning rate of the actor (0 to 1)\n"));
  EXPECT_THAT(toml, HasSubstr("# size of the noise [N·m]\n"));
  EXPECT_THAT(toml, HasSubstr("noise = \"ou\""));
  EXPECT_THAT(toml, HasSubstr("(ou | gaussian)"));
  EXPECT_THAT(toml, HasSubstr("\n\n[train]\n"));
}

TEST_F(OptionsTest, HelpListsDefaultsAndNotCurrentValues) {
  config_.SetFromText("agent.batch=7");
  const std::string help = config_.Help();
  EXPECT_THAT(help,
              testing::ContainsRegex("agent\\.batch +64 +1 to 100000 +transitions an update"));
  EXPECT_THAT(help, testing::ContainsRegex("agent\\.scale +0\\.1 +N·m +size of the noise"));
  EXPECT_THAT(help, testing::ContainsRegex("train\\.steps +1000 +>= 1"));
}

TEST_F(OptionsTest, EntriesCarryTheSchema) {
  ASSERT_EQ(agent_.entries().size(), 5u);
  EXPECT_EQ(agent_.entries()[0].type, "number");
  EXPECT_EQ(agent_.entries()[0].default_text, "0.0001");
  EXPECT_EQ(agent_.entries()[3].type, "choice");
  EXPECT_EQ(agent_.entries()[4].default_text, "[64, 64]");
  agent_.entries()[4].set("1,2,3");
  EXPECT_EQ(agent_.entries()[4].get(), "[1, 2, 3]");
}

TEST(ValueText, NumbersAreShortAndExact) {
  EXPECT_EQ(FormatNumber(0.1), "0.1");
  EXPECT_EQ(FormatNumber(3), "3.0");
  EXPECT_EQ(FormatNumber(-1e-7), "-1e-07");
  EXPECT_EQ(ParseNumber(FormatNumber(0.1 + 0.2)), 0.1 + 0.2);
}

TEST(ValueText, IntegersMayBeWrittenAsWholeNumbers) {
  EXPECT_EQ(ParseInteger("2e6"), 2000000);
  EXPECT_EQ(ParseInteger(" -3 "), -3);
  EXPECT_EQ(ParseInteger("9223372036854775807"), INT64_MAX);
  EXPECT_EQ(ParseInteger("1e19"), std::nullopt);
  EXPECT_EQ(ParseInteger("0.5"), std::nullopt);
}

// Lists of numbers and names, and keys in groups.
class GroupTest : public testing::Test {
 protected:
  GroupTest() {
    table_.Add("site", &site_, std::vector<std::string>(), "end effector");
    table_.Add("reward.distance", &distance_, {0, 10}, "weight");
    table_.Add("reward.effort", &effort_, {0, 10}, "weight");
    table_.Add("goal.low", &low_, {-5, 5}, "corner", "m");
    table_.Add("pieces", &pieces_, "what is observed");
    config_.AddSection(&table_);
  }

  std::string site_ = "tip";
  double distance_ = 1, effort_ = 0;
  std::vector<double> low_{0, 0, 0};
  std::vector<std::string> pieces_{"angles"};
  OptionTable table_{"task"};
  Config config_;
};

TEST_F(GroupTest, TablesWithinASectionAreGroups) {
  config_.SetFromToml("[task]\nsite = \"hand\"\n[task.reward]\ndistance = 2\n", "a.toml");
  config_.SetFromToml("[task]\nreward.effort = 0.5\ngoal = {low = [0.1, -2, 3]}\n", "b.toml");
  config_.SetFromText("task.pieces=angles,tip");
  EXPECT_EQ(site_, "hand");
  EXPECT_EQ(distance_, 2);
  EXPECT_EQ(effort_, 0.5);
  EXPECT_THAT(low_, ElementsAre(0.1, -2, 3));
  EXPECT_THAT(pieces_, ElementsAre("angles", "tip"));
}

TEST_F(GroupTest, ReadsBackToTheSame) {
  low_ = {0.1 + 0.2, -1e-9, 4};
  pieces_ = {"a b", "c"};
  const std::string toml = config_.ToToml();
  low_.clear();
  pieces_.clear();
  config_.SetFromToml(toml, "config.toml");
  EXPECT_THAT(low_, ElementsAre(0.1 + 0.2, -1e-9, 4));
  EXPECT_THAT(pieces_, ElementsAre("a b", "c"));
  EXPECT_EQ(config_.ToToml(), toml);
}

TEST_F(GroupTest, TextIsUtf8SoThatItCanBeWritten) {
  for (const char* text : {"µ", "€", "\xf0\x9f\xa6\xbe", ""}) {
    OptionTable table("task");
    std::string field;
    table.Add("summary", &field, std::vector<std::string>{}, "any text");
    table.Set("summary", text);
    EXPECT_EQ(field, text);
    // alone, cut short, too long for its code, a surrogate, beyond Unicode
    for (const char* bad : {"\xff", "\x80", "\xc2", "\xe2\x82", "\xc0\xaf", "\xe0\x80\xaf",
                            "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xf8\x88\x80\x80\x80"}) {
      EXPECT_THAT(MessageOf([&] { table.Set("summary", bad); }), HasSubstr("UTF-8"));
    }
  }
  EXPECT_THAT(MessageOf([&] { config_.SetFromText("task.pieces=a,\xff"); }),
              HasSubstr("a list of names"));
}

TEST_F(OptionsTest, OneSectionOfAFileIsReadAlone) {
  OptionTable train("train");
  int64_t steps = 1;
  train.Add("steps", &steps, {1, 100}, "environment steps");
  Config config;
  config.AddSection(&train);
  const std::string toml = "[agent]\nactor_lr = 3\n[train]\nsteps = 7\n";
  EXPECT_THAT(MessageOf([&] { config.SetFromToml(toml, "my.toml"); }), HasSubstr("my.toml:1"));
  config.SetKnownFromToml(toml, "my.toml");
  EXPECT_EQ(steps, 7);
  EXPECT_THAT(MessageOf([&] { config.SetKnownFromToml("[train]\nstep = 7\n", "my.toml"); }),
              HasSubstr("my.toml:2"));
}

TEST_F(GroupTest, MistakesNameTheirOwnGroup) {
  const auto error = [this](const std::string& toml) {
    return MessageOf([&] { config_.SetFromToml(toml, "my.toml"); });
  };
  EXPECT_THAT(error("[task.reward]\ndistence = 1\n"),
              testing::AllOf(HasSubstr("my.toml:2"), HasSubstr("'reward.distance'"),
                             testing::Not(HasSubstr("pieces"))));
  EXPECT_THAT(error("[task]\ngoal.low = [1, 9]\n"), HasSubstr("numbers from -5 to 5"));
  EXPECT_THAT(error("[task]\ngoal.low = [1, \"x\"]\n"), HasSubstr("task.goal.low"));
  EXPECT_THAT(error("[task]\npieces = [[\"a\"]]\n"), HasSubstr("a list of names"));
  EXPECT_THAT(error("[task]\npieces = [\"\"]\n"), HasSubstr("a list of names"));
}

/// Options with a schedule, former names and a group of rarely used ones.
class FormerNamesTest : public testing::Test {
 protected:
  FormerNamesTest() {
    table_.Add("rate_schedule", &rate_, {0, 1}, "factor on the rate");
    table_.Replaced("rate_final", "rate_schedule", [](std::string_view, std::string_view share) {
      return "1," + std::string(share);
    });
    table_.BeginGroup("rarely used");
    table_.Add("epsilon", &epsilon_, {0, 1}, "guard");
    table_.BeginGroup("");
    table_.Add("gamma", &gamma_, {0, 1}, "discount");
    table_.Replaced("gamma_final", "gamma", [](std::string_view present, std::string_view end) {
      return std::string(present) + "," + std::string(end);
    });
    table_.Add("gae_lambda", &lambda_, {0, 1}, "decay of the trace");
    table_.Renamed("lambda", "gae_lambda");
    config_.AddSection(&table_);
  }

  // what the action prints on stderr
  template <class Action>
  static std::string Told(Action action) {
    testing::internal::CaptureStderr();
    action();
    return testing::internal::GetCapturedStderr();
  }

  Schedule rate_{1, 0.1}, gamma_ = 0.97;
  double lambda_ = 0.95, epsilon_ = 1e-8;
  OptionTable table_{"agent"};
  Config config_;
};

TEST_F(FormerNamesTest, AScheduleIsOneNumberOrTwo) {
  config_.SetFromText("agent.gamma=0.9");
  EXPECT_EQ(gamma_, Schedule(0.9, 0.9));
  config_.SetFromText("agent.gamma=0.9,0.99");
  EXPECT_EQ(gamma_, Schedule(0.9, 0.99));
  config_.SetFromToml("[agent]\ngamma = [0.5, 0.75]\nrate_schedule = 0.5\n", "a.toml");
  EXPECT_EQ(gamma_, Schedule(0.5, 0.75));
  EXPECT_EQ(rate_, Schedule(0.5, 0.5));
  EXPECT_EQ(gamma_.At(0), 0.5);
  EXPECT_EQ(gamma_.At(0.5), 0.625);
  EXPECT_EQ(gamma_.At(1), 0.75);
  const std::string toml = config_.ToToml();
  EXPECT_THAT(toml, HasSubstr("gamma = [0.5, 0.75]"));
  EXPECT_THAT(toml, HasSubstr("rate_schedule = 0.5 "));
  for (const char* bad : {"", "2", "0.5,2", "0.1,0.2,0.3", "fast", "[]"}) {
    EXPECT_THAT(MessageOf([&] { table_.Set("gamma", bad); }),
                testing::AllOf(HasSubstr("agent.gamma"), HasSubstr("a number from 0 to 1, or two")))
        << bad;
  }
}

TEST_F(FormerNamesTest, AreTakenAndToldOnce) {
  EXPECT_EQ(Told([&] { config_.SetFromText("agent.lambda=0.5"); }),
            "agent.lambda is now agent.gae_lambda = 0.5\n");
  EXPECT_EQ(lambda_, 0.5);
  EXPECT_EQ(Told([&] { config_.SetFromText("agent.lambda=0.25"); }), "");
  EXPECT_EQ(lambda_, 0.25);
  EXPECT_EQ(Told([&] { config_.SetFromText("agent.rate_final=0.5"); }),
            "agent.rate_final is now agent.rate_schedule = [1.0, 0.5]\n");
  EXPECT_THAT(MessageOf([&] { config_.SetFromText("agent.lambda=2"); }),
              testing::AllOf(HasSubstr("agent.gae_lambda = 2"), HasSubstr("from 0 to 1")));
  EXPECT_THAT(MessageOf([&] { config_.SetFromText("agent.lambde=2"); }), HasSubstr("gae_lambda"));
}

// in a table keys come by the alphabet, and this one changes what another is set to
TEST_F(FormerNamesTest, OfATableComeLastWhereTheyChangeTheirSuccessor) {
  table_.Replaced("final", "gamma", [](std::string_view present, std::string_view end) {
    return std::string(present) + "," + std::string(end);
  });
  Told([&] { config_.SetFromToml("[agent]\nfinal = 0.99\ngamma = 0.9\n", "a.toml"); });
  EXPECT_EQ(gamma_, Schedule(0.9, 0.99));
}

TEST_F(FormerNamesTest, RarelyUsedOptionsComeBehindTheOthersUnderTheirHeading) {
  const std::string toml = config_.ToToml(), help = config_.Help();
  EXPECT_LT(toml.find("gae_lambda"), toml.find("# rarely used\n"));
  EXPECT_LT(toml.find("# rarely used\n"), toml.find("epsilon"));
  EXPECT_LT(help.find("gae_lambda"), help.find("agent: rarely used"));
  EXPECT_LT(help.find("agent: rarely used"), help.find("agent.epsilon"));
  EXPECT_EQ(toml.find("lambda ="), toml.find("gae_lambda =") + 4) << "no former name";
  config_.SetFromToml(toml, "config.toml");
  EXPECT_EQ(config_.ToToml(), toml);
}

}  // namespace
}  // namespace sinew
