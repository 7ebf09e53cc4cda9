/** Is a switch of the environment on? Unset, empty, `0`, `false` and `no` are off. */
export function isOn(value: string | undefined): boolean {
  return !/^(?:0|false|no)?$/i.test(value ?? "");
}
