import { ref } from 'vue'

/**
 * Text that an input method is still composing. It is not a value yet, but it must stay
 * in the control: drawing the control again with the old value would wipe it out.
 */
export function useHeldText() {
  const held = ref<string | null>(null)

  /** True while the text is still the input method's. */
  function composing(event: Event): boolean {
    if ((event as InputEvent).isComposing) {
      held.value = (event.target as HTMLInputElement | HTMLTextAreaElement).value
      return true
    }
    held.value = null
    return false
  }

  return { held, composing }
}
