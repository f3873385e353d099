/** What an officer set for scanning, for as long as the window is open. */
import { ref } from 'vue'

/** Whether the feeder's empty pages are left out; how many they were is told at the end of the scan. */
export const skipBlank = ref(false)
