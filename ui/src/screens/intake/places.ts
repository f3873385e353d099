/** Where the cursor stood in the cases of this session, to come back to from the scan screen or a parked case. */
const KEPT = 50
const places = new Map<string, string>()

export function keepPlace(caseId: string, field: string): void {
  places.delete(caseId)
  places.set(caseId, field)
  const oldest = places.keys().next().value
  if (places.size > KEPT && oldest !== undefined) places.delete(oldest)
}

export const placeIn = (caseId: string): string | undefined => places.get(caseId)
