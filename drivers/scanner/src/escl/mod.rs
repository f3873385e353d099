//! Scanners on the network that speak eSCL (Mopria Alliance, eSCL Technical Specification 2.97; AirScan): HTTP and XML,
//! without a maker's driver.
//!
//! Only configured addresses are spoken to. Pages are taken as JPEG, which every such scanner gives (§5 of the
//! specification makes it mandatory), and decoded here, within limits.

mod capabilities;
mod device;
mod error;
mod factory;
mod job;
mod picture;
mod settings;
mod status;
mod transport;
mod xml;

pub use capabilities::{ScannerCapabilities, SourceCapabilities};
pub use error::EsclError;
pub use factory::{EsclFactory, NAME};
pub use picture::{Page, decode};
pub use settings::{Region, ScanSettings};
pub use status::{AdfState, JobState, ScannerState, ScannerStatus};
