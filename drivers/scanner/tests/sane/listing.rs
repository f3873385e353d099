//! What a list of scanners says.

use driver_contract::{
    Accessibility, Attestation, Capabilities, ColourMode, Connection, DriverFactory, ScanSource,
};

use crate::bench::{configured, factory, in_own_process, open};

#[test]
fn the_list_tells_what_the_devices_can_do() {
    in_own_process("listing::the_list_tells_what_the_devices_can_do", || {
        let factory = factory();
        let list = factory.list(&[configured("test:1", &[]), configured("test:7", &[])]).unwrap();
        let names: Vec<&str> = list.iter().map(|device| device.id.0.as_str()).collect();
        for name in ["sane:test:0", "sane:test:1", "sane:pnm:0", "sane:test:7"] {
            assert!(names.contains(&name), "{names:?}");
        }
        let device = |id: &str| list.iter().find(|device| device.id.0 == id).unwrap();
        let found = device("sane:test:0");
        assert_eq!(found.accessibility, Accessibility::Accessible);
        assert_eq!(found.connection, Connection::System { name: "test:0".into() });
        assert_eq!((found.maker.as_str(), found.attestation), ("Noname", Attestation::Unattested));
        let Capabilities::Scanner { sources, modes, resolutions, max_width, max_height } =
            &found.capabilities
        else {
            panic!("{:?}", found.capabilities)
        };
        assert_eq!(*sources, [ScanSource::Flatbed, ScanSource::Feeder]);
        assert_eq!(*modes, [ColourMode::Gray, ColourMode::Colour]);
        assert_eq!(*resolutions, [75, 100, 150, 200, 240, 300, 400, 600]);
        assert_eq!((*max_width, *max_height), (4200, 4200));
        let named = device("sane:test:1");
        assert_eq!((named.name.as_str(), named.attestation), ("训练扫描仪", Attestation::Virtual));
        assert_eq!(device("sane:test:7").accessibility, Accessibility::Absent);
    });
}

#[test]
fn an_open_device_is_listed_without_being_opened_again() {
    in_own_process("listing::an_open_device_is_listed_without_being_opened_again", || {
        let factory = factory();
        let device = open(&factory, "test:0", &[]);
        let list = factory.list(&[]).unwrap();
        let open = list.iter().find(|listed| listed.id == device.info().id).unwrap();
        assert_eq!(open.accessibility, Accessibility::Accessible);
        assert_eq!(open.capabilities, device.info().capabilities);
    });
}
