/** Made by build/emoji.ts. */
declare module "virtual:emoji" {
  /** Where the list, and the words of each language, are fetched. */
  const addresses: Readonly<Record<string, string>>;
  export default addresses;
}
