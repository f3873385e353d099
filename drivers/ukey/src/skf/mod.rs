//! UKeys by GM/T 0016-2012 (智能密码钥匙密码应用接口规范, "SKF"): a C library of the key's maker, loaded inside the host.
//!
//! What the library signs is verified with the workspace's own SM2 before it is given out, and a certificate must hold
//! the container's public key: a library is not trusted further than it can be checked. A PIN goes from the request to
//! the library and nowhere else; its copy is wiped.

mod blobs;
mod device;
mod error;
mod factory;
mod ffi;

pub use blobs::{CipherBlob, PublicKeyBlob, SignatureBlob, names};
pub use error::UkeyError;
pub use factory::Skf;
