//! The contract between the terminal and everything it is plugged into.
//!
//! The terminal links this crate alone. Drivers, and the libraries they need, live in device-host
//! processes; this crate says what both sides may say to each other ([`wire`]), how a driver looks from
//! the inside ([`DriverFactory`], [`OpenDevice`]), which faults exist and what an officer reads about
//! them ([`FaultCode`]), and it holds the terminal's end of the line ([`HostClient`]).
//!
//! Pixels and documents travel through one sealed memory file shared by the two processes
//! ([`SharedArea`]), never through the control channel.

mod camera;
mod chip;
mod client;
mod collecting;
mod counter;
mod device;
mod driver;
mod fault;
mod fault_code;
mod fingerprint;
mod idcard;
mod lock;
mod mutants;
mod print;
mod process;
mod provenance;
mod scan;
mod shared;
mod signature;
mod tape;
mod task;
pub mod wire;

pub use camera::{
    CameraControl, ControlKind, ControlSetting, PhotoParameters, PhotoReading, PictureHeader, PictureSize,
    PreviewParameters,
};
pub use chip::{ChipCardKind, ChipReading, Pin, UkeyAnswer, UkeyCommand};
pub use client::{
    CardNews, CodeNews, HostClient, HostLog, HostNotice, HostOptions, HostState, ReceivedPage,
    ReceivedPicture, Running, TaskNews, Watch,
};
pub use collecting::{CollectedPage, CollectedPicture, CollectingContext, Words};
pub use counter::{CallParameters, CodeReading, EvaluationParameters, EvaluationReading, SpeechParameters};
pub use device::{
    Accessibility, Attestation, Capabilities, Connection, DeviceClass, DeviceConfig, DeviceId, DeviceInfo,
    DeviceModel,
};
pub use driver::{DriverFactory, OpenDevice, TaskContext};
pub use fault::Fault;
pub use fault_code::{FaultCode, Who};
pub use fingerprint::{Finger, FingerParameters, FingerReading};
pub use idcard::{CardDate, CardKind, CardReading, ValidUntil};
pub use lock::DeviceLock;
pub use print::{JobState, JobStatus, PrintParameters, Sides};
pub use process::harden_process;
pub use provenance::{CaptureMark, Provenance, boot_ms, sm3_hex};
pub use scan::{ColourMode, PageHeader, PixelFormat, ScanArea, ScanParameters, ScanSource};
pub use shared::{RegionBook, SharedArea};
pub use signature::{PenPoint, SignatureParameters, SignatureReading};
pub use tape::{
    Clarity, ContractHead, ContractLine, ContractTape, Direction, LONGEST_TAPE, LineMask, Moment, Recorder,
    Recording, Replay, Section, TapeBytes, TapeError, TapeLine, create_tape, demo_birth, demo_number,
    demo_text, demo_validity,
};
pub use task::{DeviceEvent, Outcome, Region, Task, Word};
