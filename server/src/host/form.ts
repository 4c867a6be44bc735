import Ajv, { type ErrorObject, type Schema, type ValidateFunction } from 'ajv';

/** The form that data from outside must have, as a JSON schema says it. The schema is compiled when it is first needed. */
export class Form<T> {
  private validate: ValidateFunction<T> | undefined;

  constructor(private readonly schema: Schema) {}

  /** The value as what it is. Throws an Error with one clear line where it does not have the form. */
  checked(value: unknown): T {
    this.validate ??= new Ajv().compile<T>(this.schema);
    if (this.validate(value)) return value;
    throw new Error(inWords(this.validate.errors![0]!));
  }
}

function inWords({ instancePath, message, params }: ErrorObject): string {
  const where = instancePath === '' ? 'the file' : instancePath.slice(1).replaceAll('/', '.');
  const which = 'additionalProperty' in params ? ` '${params.additionalProperty}'` : '';
  return `${where} ${message}${which}`;
}
