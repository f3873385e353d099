//! USB devices made of software: gadgets of the kernel's (configfs) on its virtual bus `dummy_hcd`, so that the kernel's
//! whole USB stack lies between them and a driver.
//!
//! Forms: Linux `Documentation/usb/gadget_configfs.rst`, `functionfs.rst`. Needs root and the modules `dummy_hcd`,
//! `libcomposite` and the function's own, as in the virtual machine of `tests/full/vm.sh`.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Where the kernel takes gadgets.
const GADGETS: &str = "/sys/kernel/config/usb_gadget";
/// US English, the language of the strings.
const LANGUAGE: &str = "strings/0x409";

/// What a device says of itself when it is plugged in.
#[derive(Debug, Clone, Copy)]
pub struct UsbIdentity<'a> {
    /// Vendor and product.
    pub ids: (u16, u16),
    /// Its maker's name.
    pub maker: &'a str,
    /// Its model.
    pub model: &'a str,
    /// Its serial number.
    pub serial: &'a str,
}

/// A device with one function of the kernel's; plugged in by [`UsbGadget::plug`], taken apart when it is dropped.
#[derive(Debug)]
pub struct UsbGadget {
    folder: PathBuf,
    /// Name of the function: its kind and the gadget's name.
    function: String,
    /// Where the endpoints are, if the function is one of ours (`ffs`).
    mounted: Option<PathBuf>,
}

impl UsbGadget {
    /// A device that is not plugged in yet. `name` tells gadgets apart; what is left of one of that name is taken apart.
    /// `kind` is the kernel's function: `acm`, `ffs`, `printer`.
    ///
    /// # Errors
    /// Not root, or no bus for gadgets.
    pub fn new(name: &str, kind: &str, identity: &UsbIdentity<'_>) -> io::Result<Self> {
        let gadget =
            Self { folder: Path::new(GADGETS).join(name), function: format!("{kind}.{name}"), mounted: None };
        gadget.take_apart();
        let folder = &gadget.folder;
        fs::create_dir(folder)?;
        fs::write(folder.join("idVendor"), format!("{:#06x}", identity.ids.0))?;
        fs::write(folder.join("idProduct"), format!("{:#06x}", identity.ids.1))?;
        let strings = folder.join(LANGUAGE);
        fs::create_dir(&strings)?;
        fs::write(strings.join("manufacturer"), identity.maker)?;
        fs::write(strings.join("product"), identity.model)?;
        fs::write(strings.join("serialnumber"), identity.serial)?;
        fs::create_dir(folder.join("configs/c.1"))?;
        fs::create_dir(gadget.function())?;
        Ok(gadget)
    }

    /// Where the function's attributes are.
    #[must_use]
    pub fn function(&self) -> PathBuf {
        self.folder.join("functions").join(&self.function)
    }

    /// Lets the endpoints of a function of ours appear in a folder.
    ///
    /// # Errors
    /// Not root, or a function of the kernel's own.
    pub fn mount(&mut self, folder: &Path) -> io::Result<()> {
        fs::create_dir_all(folder)?;
        let name = self.folder.file_name().unwrap_or_default();
        let mount = Command::new("mount").args(["-t", "functionfs"]).arg(name).arg(folder).status()?;
        if !mount.success() {
            return Err(io::Error::other("functionfs cannot be mounted"));
        }
        self.mounted = Some(folder.to_owned());
        Ok(())
    }

    /// Plugs it in. A function of ours must have written its descriptors.
    ///
    /// # Errors
    /// No bus for gadgets, or one that is taken.
    pub fn plug(&self) -> io::Result<()> {
        let link = self.link();
        if !link.exists() {
            std::os::unix::fs::symlink(self.function(), link)?;
        }
        fs::write(self.folder.join("UDC"), first_controller()?)
    }

    /// Pulls its plug: from here on the bus is empty, and whoever waits at an endpoint wakes up.
    pub fn pull(&self) {
        // Not plugged in is pulled too.
        let _ = fs::write(self.folder.join("UDC"), "\n");
    }

    fn link(&self) -> PathBuf {
        self.folder.join("configs/c.1/function")
    }

    /// In the order that configfs asks for.
    fn take_apart(&self) {
        self.pull();
        if let Some(folder) = &self.mounted {
            let _ = Command::new("umount").arg("--lazy").arg(folder).status();
        }
        let _ = fs::remove_file(self.link());
        for folder in ["configs/c.1", &format!("functions/{}", self.function), LANGUAGE, ""] {
            let _ = fs::remove_dir(self.folder.join(folder));
        }
    }
}

impl Drop for UsbGadget {
    fn drop(&mut self) {
        self.take_apart();
    }
}

/// The bus that the gadget is plugged into.
fn first_controller() -> io::Result<String> {
    let first = fs::read_dir("/sys/class/udc")?.next().ok_or(io::ErrorKind::NotFound)??;
    Ok(first.file_name().to_string_lossy().into_owned())
}
