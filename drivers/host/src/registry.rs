//! Which drivers there are.

use driver_contract::{DeviceClass, DriverFactory};
use driver_tape::TapeFactory;

/// Every driver that this program carries.
#[must_use]
pub fn all_factories() -> Vec<Box<dyn DriverFactory>> {
    let mut factories = driver_idcard::factories();
    factories.extend(driver_scanner::factories());
    factories.extend(driver_printer::factories());
    factories.extend(driver_signature::factories());
    factories.extend(driver_evaluation::factories());
    factories.extend(driver_code::factories());
    factories.extend(driver_caller::factories());
    factories.extend(driver_camera::factories());
    factories.extend(driver_speaker::factories());
    factories.extend(driver_fingerprint::factories());
    factories.extend(driver_chip::factories());
    factories.extend(driver_ukey::factories());
    factories.extend(
        recorded_classes().map(|class| -> Box<dyn DriverFactory> { Box::new(TapeFactory::new(class)) }),
    );
    factories
}

/// The classes whose devices are recorded and played again: all but UKeys.
fn recorded_classes() -> impl Iterator<Item = DeviceClass> {
    DeviceClass::ALL.into_iter().filter(|class| *class != DeviceClass::Ukey)
}

/// The drivers of one class.
#[must_use]
pub fn factories_of(class: DeviceClass) -> Vec<Box<dyn DriverFactory>> {
    all_factories().into_iter().filter(|factory| factory.class() == class).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_drivers_of_a_class_share_a_name_and_every_name_fits_into_an_id() {
        for class in DeviceClass::ALL {
            let factories = factories_of(class);
            let mut names: Vec<&str> = factories.iter().map(|factory| factory.name()).collect();
            assert!(names.iter().all(|name| !name.is_empty() && !name.contains(':')), "{names:?}");
            assert_eq!(names.contains(&driver_tape::NAME), class != DeviceClass::Ukey, "{class:?}");
            assert!(names.iter().any(|name| *name != driver_tape::NAME), "{class:?} has no driver");
            names.sort_unstable();
            let count = names.len();
            names.dedup();
            assert_eq!(names.len(), count, "{names:?}");
        }
        let mut others: Vec<&str> = all_factories().iter().map(|factory| factory.name()).collect();
        others.retain(|name| *name != driver_tape::NAME);
        others.sort_unstable();
        let count = others.len();
        others.dedup();
        assert_eq!(others.len(), count, "one name, one driver: {others:?}");
    }
}
