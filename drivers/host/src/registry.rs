//! Which drivers there are.

use driver_contract::{DeviceClass, DriverFactory};

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
    factories
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
    fn no_two_drivers_share_a_name_and_every_name_fits_into_an_id() {
        let mut names: Vec<&str> = all_factories().iter().map(|factory| factory.name()).collect();
        assert!(names.iter().all(|name| !name.is_empty() && !name.contains(':')));
        names.sort_unstable();
        let count = names.len();
        names.dedup();
        assert_eq!(names.len(), count);
        assert!(!factories_of(DeviceClass::IdCardReader).is_empty());
    }
}
