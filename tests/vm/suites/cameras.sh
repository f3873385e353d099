# qemu: -device qemu-xhci -fsdev local,id=pictures,path=SHARE/pictures,security_model=none -device usb-mtp,rootdir=SHARE/pictures
# Cameras: vivid, the kernel's own; a USB camera over USB/IP through uvcvideo; QEMU's telephone through libgphoto2.

load vivid n_devs=1 node_types=0x1
load xhci_pci
appears /dev/video0
export CAMERA_V4L2=/dev/video0 CAMERA_V4L2_UNBIND=1
run v4l2 500 --skip uvc_
CAMERA_GPHOTO2=list run gphoto2 200
rmmod vivid

# A film of Motion JPEG from the virtual camera, shown by the USB camera.
load vhci-hcd
load uvcvideo
virtual=$(sed -n 's/^virtual-devices \(\S*\) .*/\1/p' "$VM_PROGRAMS")
python3 "$SOURCE/tests/vm/film.py" "$virtual" /run/film || result=1
PYTHONPATH=$SOURCE/target/vm/python python3 "$SOURCE/drivers/camera/tests/uvc_camera.py" /run/film /run/mode >/run/camera.log 2>&1 &
camera=$!
for _ in $(seq 100); do
    grep -q plugged /run/camera.log && break
    sleep 0.2
done
usbip attach -r 127.0.0.1 -b 1-1 || { cat /run/camera.log; echo "error: the USB camera is not there"; result=1; }
appears /dev/video0
as=usb CAMERA_UVC_MODE=/run/mode run v4l2 400 --skip vivid_ --skip controls_are --skip what_the_configuration --skip taken_away
kill "$camera"
