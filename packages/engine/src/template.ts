/** Text that the engine reads as a template, such that it stands for itself: nothing in it is evaluated. */
export function literalTemplate(text: string): string {
  return text.replaceAll(/[$%](?=\{)/g, (sign) => sign + sign);
}
