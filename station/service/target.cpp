#include "station/service/target.hpp"

namespace blathy::station {

dlms::AttributeSelection view(const AttributeTarget& target) {
    dlms::AttributeSelection selection{target.attribute, std::nullopt};
    if (target.selection)
        selection.access = dlms::SelectiveAccess{target.selection->selector, target.selection->parameters};
    return selection;
}

std::size_t encoded_size(const AttributeTarget& target) {
    constexpr std::size_t descriptor = 2 + 6 + 1 + 1;  // class, instance, attribute, whether a selection follows
    return descriptor + (target.selection ? 1 + target.selection->parameters.size() : 0);
}

}  // namespace blathy::station
