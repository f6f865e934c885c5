// A reference to something callable, for parameters: two pointers, no heap. It owns nothing, so whatever it refers to
// must outlive the call it is passed to.
#pragma once

#include <type_traits>
#include <utility>

namespace blathy {

template <class Signature>
class FunctionRef;

template <class R, class... Args>
class FunctionRef<R(Args...)> {
  public:
    template <class F>
    requires(
        !std::is_same_v<std::remove_cvref_t<F>, FunctionRef> && std::is_object_v<std::remove_reference_t<F>> &&
        std::is_invocable_r_v<
            R, F&, Args...>) constexpr FunctionRef(F&& callable)  // NOLINT(bugprone-forwarding-reference-overload):
                                                                  // constrained above
        : object_(const_cast<void*>(static_cast<const void*>(&callable))), call_([](void* object, Args... args) -> R {
              return static_cast<R>((*static_cast<std::remove_reference_t<F>*>(object))(std::forward<Args>(args)...));
          }) {}

    constexpr R operator()(Args... args) const { return call_(object_, std::forward<Args>(args)...); }

  private:
    void* object_;
    R (*call_)(void*, Args...);
};

}  // namespace blathy
