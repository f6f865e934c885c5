#include "world/type_test/plan.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

namespace blathy::world::type_test {

namespace {

// Preferred values, shares of Ib or In.
constexpr std::array shares = {0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0};
constexpr double tolerance = 1e-9;

class Planner {
  public:
    explicit Planner(const meter::Model& model)
        : model_(model), basic_a_(model.basic_current_ma / 1e3), highest_(model.max_current_ma / 1e3 / basic_a_) {}

    std::vector<Point> plan() {
        for (network_ = 0; network_ < model_.networks.size(); ++network_) {
            for (const Quantity quantity : {Quantity::active, Quantity::reactive}) {
                errors(quantity);
                starting(quantity);
                no_load(quantity);
                repeatability(quantity);
            }
            dynamic_range();
            readings();
            add({.kind = Kind::constant, .current_a = highest_ * basic_a_, .limit = 1, .goal = 1});
        }
        network_ = 0;
        for (const Quantity quantity : {Quantity::active, Quantity::reactive}) influences(quantity);
        add({.kind = Kind::dips, .limit = 1, .edition = "IEC 62052-11:2003"});
        return std::move(points_);
    }

  private:
    [[nodiscard]] bool has_class(Quantity quantity, std::string_view accuracy_class) const {
        return (quantity == Quantity::active ? model_.active_class : model_.reactive_class) == accuracy_class;
    }
    [[nodiscard]] std::string_view edition(Quantity quantity) const {
        for (const NoLoadLimit& row : no_load_limits()) {
            if (row.quantity == quantity && has_class(quantity, row.accuracy_class)) return row.edition;
        }
        return {};
    }
    [[nodiscard]] const meter::Network& network() const { return model_.networks[network_]; }
    [[nodiscard]] std::vector<int> elements() const {
        if (network().two_elements) return {0, 2};
        std::vector<int> all(model_.phases);
        for (int k = 0; k < model_.phases; ++k) all[static_cast<std::size_t>(k)] = k;
        return all;
    }
    [[nodiscard]] double class_percent(Quantity quantity) const {
        for (const ErrorLimit& row : error_limits()) {
            if (row.quantity == quantity && has_class(quantity, row.accuracy_class) && row.factor == 1 &&
                row.below == 0) {
                return row.percent;
            }
        }
        return 0;
    }

    void add(Point point) {
        point.network = network_;
        if (point.edition.empty()) point.edition = edition(point.quantity);
        points_.push_back(point);
    }

    void errors(Quantity quantity) {
        errors(quantity, Loading::balanced, -1);
        if (model_.phases == 1) return;
        for (const int element : elements()) errors(quantity, Loading::single_phase, element);
    }

    void errors(Quantity quantity, Loading loading, int element) {
        for (const ErrorLimit& row : error_limits()) {
            if (row.quantity != quantity || row.loading != loading || !has_class(quantity, row.accuracy_class))
                continue;
            for (const double share : shares) {
                if (share < row.from - tolerance || share > highest_ + tolerance) continue;
                if (row.below != 0 && share > row.below - tolerance) continue;
                add({.kind = Kind::error,
                     .quantity = quantity,
                     .element = element,
                     .current_a = share * basic_a_,
                     .factor = row.factor,
                     .inductive = row.inductive,
                     .limit = row.percent,
                     .edition = row.edition});
            }
        }
    }

    void starting(Quantity quantity) {
        const std::uint32_t current_ua =
            quantity == Quantity::active ? model_.starting_current_ua_active : model_.starting_current_ua_reactive;
        add({.kind = Kind::starting, .quantity = quantity, .current_a = current_ua / 1e6, .limit = 50});
    }

    void no_load(Quantity quantity) {
        // With the current open there is neither energy: one run, as long as the longer of both, serves the other too.
        if (quantity == Quantity::active) add({.kind = Kind::no_load, .limit = 1});
    }

    void repeatability(Quantity quantity) {
        for (const double share : {model_.active_class == "1" ? 0.05 : 0.01, 1.0}) {
            add({.kind = Kind::repeatability,
                 .quantity = quantity,
                 .current_a = share * basic_a_,
                 .limit = class_percent(quantity) / 5,
                 .goal = 1,
                 .edition = "house"});
        }
    }

    void dynamic_range() {
        for (const double divisor : {2000.0, 1000.0, 500.0, 200.0, 100.0, 50.0, 20.0, 10.0, 5.0, 2.0, 1.0}) {
            add({.kind = Kind::dynamic_range,
                 .current_a = highest_ * basic_a_ / divisor,
                 .limit = 0.1,
                 .goal = 1,
                 .edition = "house"});
        }
    }

    void readings() {
        const auto reading = [this](Reading which, double current_a, double level, double limit) {
            Point point{.kind = Kind::reading, .current_a = current_a, .level = level, .limit = limit, .goal = 1};
            point.reading = which;
            point.edition = "house";
            if (which == Reading::neutral_current) point.element = 0;
            if (which == Reading::current_angle) point.factor = 0.5;
            add(point);
        };
        for (const double level : {model_.active_class == "1" ? 0.6 : 0.8, 1.0, 1.2}) {
            reading(Reading::voltage, basic_a_, level, 0.1);
        }
        const auto over_current = [&](Reading which, double limit) {
            for (const double share : {0.05, 0.2, 1.0, highest_}) reading(which, share * basic_a_, 1, limit);
        };
        over_current(Reading::current, 0.2);
        over_current(Reading::current_angle, 0.1);
        if (model_.neutral_current && !network().two_elements) over_current(Reading::neutral_current, 0.5);
        for (const double hertz : {45.0, 49.37, 50.0, 55.0}) reading(Reading::frequency, basic_a_, hertz, 5);
    }

    void influences(Quantity quantity) {
        for (const InfluenceLimit& row : influence_limits()) {
            if (row.quantity != quantity || !has_class(quantity, row.accuracy_class)) continue;
            const bool several = row.influence == Influence::reversed_sequence || row.influence == Influence::unbalance;
            if (several && model_.phases == 1) continue;
            const auto currents = row.to != 0 ? std::vector{row.from} : std::vector{row.from, 1.0, highest_};
            for (const double share : currents) {
                add({.kind = Kind::influence,
                     .quantity = quantity,
                     .current_a = share * basic_a_,
                     .factor = row.factor,
                     .influence = row.influence,
                     .level = row.level,
                     .limit = row.percent,
                     .edition = row.edition});
            }
        }
    }

    const meter::Model& model_;
    double basic_a_;
    double highest_;
    std::size_t network_ = 0;
    std::vector<Point> points_;
};

std::string_view name(Influence influence) {
    switch (influence) {
        case Influence::none:
            return "none";
        case Influence::temperature:
            return "temperature";
        case Influence::voltage:
            return "voltage";
        case Influence::frequency:
            return "frequency";
        case Influence::reversed_sequence:
            return "reversed phase sequence";
        case Influence::unbalance:
            return "voltage unbalance";
        case Influence::fifth_harmonic:
            return "fifth harmonic";
        case Influence::half_wave:
            return "d.c. and even harmonics";
        case Influence::phase_fired:
            return "odd harmonics";
        case Influence::burst:
            return "sub-harmonics";
        case Influence::alternating_field:
            return "magnetic induction 0.5 mT";
        case Influence::magnet:
            return "continuous magnetic induction";
        case Influence::self_heating:
            return "self-heating";
    }
    return {};
}

std::string_view name(Reading reading) {
    switch (reading) {
        case Reading::voltage:
            return "voltage, worst element";
        case Reading::current:
            return "current, worst element";
        case Reading::neutral_current:
            return "neutral current";
        case Reading::current_angle:
            return "phase angle, worst element";
        case Reading::frequency:
            return "frequency";
    }
    return {};
}

std::string level(const Point& point) {
    std::array<char, 48> text{};
    switch (point.influence) {
        case Influence::temperature:
            std::snprintf(text.data(), text.size(), ", %.0f \u00b0C", point.level);
            break;
        case Influence::voltage:
            std::snprintf(text.data(), text.size(), ", %.0f %% Un", point.level * 100);
            break;
        case Influence::frequency:
            std::snprintf(text.data(), text.size(), ", %.0f Hz", point.level);
            break;
        case Influence::unbalance: {
            std::string missing = ", without";
            for (int k = 0; k < 3; ++k) {
                if ((static_cast<int>(point.level) >> k & 1) != 0) missing += " L" + std::to_string(k + 1);
            }
            return missing;
        }
        case Influence::alternating_field:
            std::snprintf(text.data(), text.size(), ", at %.0f\u00b0", point.level);
            break;
        case Influence::magnet:
            std::snprintf(text.data(), text.size(), ", %.0f mT", point.level);
            break;
        default:
            break;
    }
    return text.data();
}

}  // namespace

std::vector<Point> plan(const meter::Model& model) {
    return Planner(model).plan();
}

std::string title(const meter::Model& model, const Point& point) {
    const std::string quantity = point.quantity == Quantity::active ? "active" : "reactive";
    std::string text;
    switch (point.kind) {
        case Kind::error:
            text = quantity + " error, ";
            if (model.phases == 1) {
                text += "single phase";
            } else {
                text += point.element < 0 ? "balanced load" : "load on element " + std::to_string(point.element + 1);
            }
            break;
        case Kind::influence:
            return quantity + " error, influence of " + std::string(name(point.influence)) + level(point);
        case Kind::starting:
            text = quantity + " starting current, first pulse";
            break;
        case Kind::no_load:
            text = "no load, pulses";
            break;
        case Kind::constant:
            text = "meter constant, pulses against registers";
            break;
        case Kind::repeatability:
            text = quantity + " repeatability of five runs";
            break;
        case Kind::dips:
            return "dips and interruptions without load, energy";
        case Kind::dynamic_range:
            text = "active error over 2000:1";
            break;
        case Kind::reading:
            text = "reading of " + std::string(name(point.reading));
            break;
    }
    if (model.networks.size() > 1) text += ", " + std::string(model.networks[point.network].name);
    return text;
}

std::string_view unit(const Point& point) {
    switch (point.kind) {
        case Kind::no_load:
        case Kind::constant:
            return "pulses";
        case Kind::dips:
            return "of allowance";
        case Kind::influence:
            return point.influence == Influence::temperature ? "%/K" : "%";
        case Kind::reading:
            return point.reading == Reading::frequency       ? "mHz"
                   : point.reading == Reading::current_angle ? "\u00b0"
                                                             : "%";
        default:
            return "%";
    }
}

}  // namespace blathy::world::type_test
