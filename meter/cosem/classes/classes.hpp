// The interface classes that the meter implements (IEC 62056-6-2, clause 5), each in its own source file.
#pragma once

#include "meter/cosem/object.hpp"

namespace blathy::meter {

// IC 1, Data: one class a value, since the value is all that differs.
extern const InterfaceClass logical_device_name_class;
extern const InterfaceClass serial_number_class;
extern const InterfaceClass model_name_class;
extern const InterfaceClass firmware_version_class;
extern const InterfaceClass local_time_class;
extern const InterfaceClass local_date_class;
extern const InterfaceClass unix_time_class;

// IC 3, Register.
extern const InterfaceClass measured_register_class;   // what meter/quantity measures, by its logical name
extern const InterfaceClass nameplate_register_class;  // nominal values and constants of the model

extern const InterfaceClass clock_class;           // IC 8, version 0
extern const InterfaceClass association_class;     // IC 15, version 3: Association LN
extern const InterfaceClass sap_assignment_class;  // IC 17, version 0

}  // namespace blathy::meter
