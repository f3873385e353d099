//! What terminal and server say to each other. Types only: no I/O, no cryptography.
//!
//! Every body is deterministic CBOR ([`domain::cbor`]), media type [`MEDIA_TYPE`]. Every request of an enrolled
//! terminal carries the headers of [`auth`]. A repeated request gets the first answer again. The server never
//! answers before the effect is durable.
//!
//! | method and path | request → answer |
//! |---|---|
//! | `GET /v1/time` | → [`enrol::ServerTime`] |
//! | `POST /v1/enrol` | [`enrol::EnrolRequest`] → [`enrol::EnrolAnswer`] |
//! | `POST /v1/login` | [`login::LoginRequest`] → [`login::LoginAnswer`] |
//! | `POST /v1/blocks` | [`enrol::BlockRequest`] → [`domain::number::NumberBlock`] |
//! | `GET /v1/roster` | → [`domain::person::Roster`] |
//! | `GET /v1/edition` | → [`edition::Edition`] |
//! | `GET /v1/contents/{hash}` | → the bytes themselves |
//! | `GET /v1/addresses` | → a [`credential::Signed`] [`addresses::AddressPackage`] |
//! | `POST /v1/contents` | [`edition::ContentsRequest`] → [`edition::ContentsAnswer`] |
//! | `POST /v1/push` | [`push::PushRequest`] → [`push::PushAnswer`] |
//! | `POST /v1/pull` | [`pull::PullRequest`] → [`pull::PullAnswer`] |
//! | `POST /v1/blobs/{id}` | [`blob::BlobOffer`] → [`blob::BlobState`] |
//! | `PUT /v1/blobs/{id}/{piece}` | the bytes of the piece → [`blob::BlobState`] |
//! | `POST /v1/blobs/{id}/complete` | → [`blob::BlobState`] |
//! | `GET /v1/blobs/{id}/{piece}` | → the bytes of the piece |
//! | `POST /v1/blobs/{id}/key` | [`blob::KeyRequest`] → [`blob::KeyAnswer`] |
//! | `POST /v1/register/query` | [`register::QueryRequest`] → [`domain::event::RegisterAnswer`] |
//! | `POST /v1/devices` | [`device::DeviceReport`] → [`device::DeviceReceipt`] |
//! | `POST /v1/duplicates` | [`duplicates::DuplicateRequest`] → [`domain::duplicate::Elsewhere`] |
//! | `POST /v1/register/effect` | [`register::EffectRequest`] → [`register::EffectAnswer`] |

pub mod addresses;
pub mod auth;
pub mod blob;
pub mod credential;
pub mod device;
pub mod duplicates;
pub mod edition;
pub mod enrol;
pub mod error;
pub mod login;
pub mod pull;
pub mod push;
pub mod register;

/// Version of the protocol, in the path and in [`enrol::ServerTime`].
pub const VERSION: u16 = 1;

/// Media type of every body but pieces of blobs and contents.
pub const MEDIA_TYPE: &str = "application/cbor";
