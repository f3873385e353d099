//! Programs and recordings made by others that understand a device's protocol, against which the drivers run.

mod airscan;
mod emupos;
mod espeak;
mod gphoto2;
mod libfprint;
mod pcsc;
mod recordings;
