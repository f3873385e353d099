import { onBeforeUnmount, onMounted } from 'vue'
import { changes, type Changed, type Topic } from './changes'

/** Watches topics while the component is on the screen. Called with null when everything may have changed. */
export function useChanges(topics: () => readonly (Topic | 'case:' | 'operation:')[], changed: Changed): void {
  let stop: (() => void) | undefined
  onMounted(() => { stop = changes.watch(topics(), changed) })
  onBeforeUnmount(() => stop?.())
}
