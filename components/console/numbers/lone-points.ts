/** Returns the indexes of values between two unknown ones: no line is drawn there. */
export function lonePoints(values: ArrayLike<number | null | undefined>): number[] {
  const lone: number[] = [];
  for (let index = 0; index < values.length; index += 1) {
    const alone = values[index - 1] == null && values[index + 1] == null;
    if (values[index] != null && alone) lone.push(index);
  }
  return lone;
}
