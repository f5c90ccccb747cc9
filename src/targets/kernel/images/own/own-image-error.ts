/** What a user gave as a kernel of their own is none. */
export class OwnImageError extends Error {
  readonly code = 'OWN_IMAGE';

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'OwnImageError';
  }
}
