//! What the terminal gets by linking this crate: no library of any device.

#[test]
fn no_device_library_comes_along() {
    let client = driver_contract::HostOptions::new(
        "device-host".into(),
        driver_contract::DeviceClass::Scanner,
        "柜台一",
        "devices.json".into(),
        "locks".into(),
    );
    assert_eq!(client.class, driver_contract::DeviceClass::Scanner);
    let maps = std::fs::read_to_string("/proc/self/maps").expect("a process has a map");
    assert!(maps.contains("libc.so"), "the map lists libraries");
    for library in ["sane", "libusb", "libudev", "gphoto", "fprint", "pcsc", "cups"] {
        let named = maps.lines().filter(|line| line.contains(".so") && line.contains(library));
        assert_eq!(named.count(), 0, "{library}");
    }
}
