import { ref } from 'vue'

/** What the store has confirmed, in words, for the status bar: 已保存 14:31:58. Empty outside a case. */
export const saved = ref('')
