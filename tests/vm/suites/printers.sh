# A receipt printer as a USB gadget on the kernel's virtual bus, behind the kernel's printer class; udev runs.

load dummy_hcd
load libcomposite
load usb_f_printer
load usblp
mount -t configfs configfs /sys/kernel/config
start_udev
PAPER_WORKER=$(sed -n 's/^paper-worker \(\S*\) .*/\1/p' "$VM_PROGRAMS")
export PAPER_WORKER
run devices 600 vm::printers::
