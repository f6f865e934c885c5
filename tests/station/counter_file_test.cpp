#include "station/security/counter_file.hpp"

#include <fstream>
#include <set>

#include <gmock/gmock.h>
#include <sys/stat.h>

#include "tests/station/security_support.hpp"

namespace blathy::station {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

class CounterFile : public testing::Test {
  protected:
    void SetUp() override {
        std::string name = (std::filesystem::temp_directory_path() / "blathy-counters-XXXXXX").string();
        ASSERT_NE(::mkdtemp(name.data()), nullptr);
        directory_ = std::filesystem::path(name) / "state" / "counters";
    }
    void TearDown() override { std::filesystem::remove_all(directory_.parent_path().parent_path()); }

    [[nodiscard]] Result<std::shared_ptr<FileCounters>, Error> open(const Security& security) const {
        return FileCounters::open(directory_, security, 1ms);
    }
    [[nodiscard]] std::filesystem::path file(const std::string& extension) const {
        for (const auto& entry : std::filesystem::directory_iterator(directory_)) {
            if (entry.path().extension() == extension) return entry.path();
        }
        ADD_FAILURE() << "no file " << extension;
        return {};
    }

    std::filesystem::path directory_;
    Security security_ = test::security_of(dlms::Mechanism::high_level_gmac, Protection::none);
};

TEST_F(CounterFile, GoesOnWhereItStopped) {
    {
        const auto counters = open(security_);
        ASSERT_TRUE(counters) << counters.error().text;
        EXPECT_FALSE((*counters)->are_known());
        EXPECT_EQ((*counters)->take(), 1U);
        EXPECT_EQ((*counters)->take(), 2U);
        (*counters)->accept(70);
    }
    const auto counters = open(security_);
    ASSERT_TRUE(counters);
    EXPECT_TRUE((*counters)->are_known());
    EXPECT_EQ((*counters)->take(), 3U) << "what was not used is given back";
    EXPECT_FALSE((*counters)->is_new(70));
    EXPECT_TRUE((*counters)->is_new(71));
}

// As a crash leaves the files: copied at every moment while values are taken.
TEST_F(CounterFile, ACrashAtAnyMomentRepeatsNoValue) {
    const auto counters = open(security_);
    ASSERT_TRUE(counters);
    const auto crashed = directory_.parent_path() / "crashed";
    for (std::uint32_t i = 1; i <= 130; ++i) {
        EXPECT_EQ((*counters)->take(), i);
        std::filesystem::remove_all(crashed);
        std::filesystem::copy(directory_, crashed);
        const auto after = FileCounters::open(crashed, security_, 1ms);
        ASSERT_TRUE(after);
        const auto next = (*after)->take();
        ASSERT_TRUE(next);
        EXPECT_GT(*next, i);
        EXPECT_LE(*next, i + 64);
    }
}

TEST_F(CounterFile, MetersWithTheSameKeyShareTheValuesThatAreSent) {
    Security other = security_;
    other.server_title->back() ^= 1U;
    const auto first = open(security_);
    const auto second = open(other);
    ASSERT_TRUE(first && second);
    std::set<std::uint32_t> values;
    for (int i = 0; i < 300; ++i) {
        values.insert((*first)->take().value());
        values.insert((*second)->take().value());
    }
    EXPECT_EQ(values.size(), 600U);
    (*first)->accept(10);
    EXPECT_TRUE((*second)->is_new(10)) << "each meter counts for itself";
}

TEST_F(CounterFile, OneProgramAtATimeTalksToAMeter) {
    auto first = open(security_);
    ASSERT_TRUE(first);
    EXPECT_THAT(open(security_).error().text, HasSubstr("another program talks to this meter"));
    first->reset();
    EXPECT_TRUE(open(security_));
}

TEST_F(CounterFile, AnotherKeyCountsAnew) {
    ASSERT_TRUE(open(security_).value()->take());
    security_.encryption_key = Security::Key(test::hex("FF0102030405060708090A0B0C0D0E0F"));
    EXPECT_FALSE(open(security_).value()->are_known());
}

TEST_F(CounterFile, IsNobodyElsesBusiness) {
    const auto counters = open(security_);
    ASSERT_TRUE(counters && (*counters)->take());
    struct stat status {};
    ASSERT_EQ(::stat(directory_.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777U, 0700U);
    for (const char* extension : {".sent", ".received"}) {
        ASSERT_EQ(::stat(file(extension).c_str(), &status), 0);
        EXPECT_EQ(status.st_mode & 0777U, 0600U);
        EXPECT_THAT(file(extension).string(), testing::Not(HasSubstr("00010203"))) << "the key itself";
    }
}

TEST_F(CounterFile, MovesOnToWhatTheMeterExpects) {
    const auto counters = open(security_);
    ASSERT_TRUE(counters);
    EXPECT_EQ((*counters)->advance_to(500), true);
    EXPECT_EQ((*counters)->take(), 500U);
    EXPECT_EQ((*counters)->advance_to(100), false);
    EXPECT_EQ((*counters)->take(), 501U);
    EXPECT_EQ((*counters)->advance_to(520), true) << "within what is reserved";
    EXPECT_GE((*counters)->take().value(), 520U);
    EXPECT_THAT((*counters)->advance_to(2'000'000'000).error().text, HasSubstr("would use the key up"));
}

TEST_F(CounterFile, DoesNotGuessWhatADamagedFileHeld) {
    ASSERT_TRUE(open(security_).value()->take());
    for (const char* content : {"12", "0000000x07\n", "99999999999", "0000000007\nmore"}) {
        std::ofstream(file(".sent"), std::ios::trunc) << content;
        const auto counters = open(security_);
        ASSERT_FALSE(counters) << content;
        EXPECT_THAT(counters.error().text, HasSubstr("are damaged"));
    }
}

TEST_F(CounterFile, EndsWithTheLastValue) {
    ASSERT_TRUE(open(security_).value()->take());
    std::ofstream(file(".sent"), std::ios::trunc) << "4294967294\n";
    const auto counters = open(security_);
    ASSERT_TRUE(counters);
    EXPECT_EQ((*counters)->take(), 4294967294U);
    EXPECT_THAT((*counters)->take().error().text, HasSubstr("come to its end"));
    EXPECT_FALSE((*counters)->take());
}

}  // namespace
}  // namespace blathy::station
