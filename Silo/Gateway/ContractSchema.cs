using System.Reflection;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Rest;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Silo.Gateway;

/// <summary>
/// Shapes the OpenAPI document to what is really taken: values that have one text are strings, bodies have no command id, every change asks for an
/// idempotency key, and every request for its signature.
/// </summary>
internal static class ContractSchema
{
    public static void Configure(OpenApiOptions options)
    {
        options.AddSchemaTransformer(static (schema, context, _) =>
        {
            Shape(schema, Nullable.GetUnderlyingType(context.JsonTypeInfo.Type) ?? context.JsonTypeInfo.Type);
            return Task.CompletedTask;
        });
        options.AddOperationTransformer(static (operation, context, _) =>
        {
            if (context.Description.RelativePath?.StartsWith("v1/", StringComparison.Ordinal) != true) return Task.CompletedTask;
            AddHeader(operation, RequestSignature.KeyHeader, "The API key's id.");
            AddHeader(operation, RequestSignature.TimestampHeader, "Unix milliseconds, within five minutes of the server's.");
            AddHeader(operation, RequestSignature.NonceHeader, "Used once: 16 to 64 printable ASCII characters.");
            AddHeader(operation, RequestSignature.SignatureHeader, "HMAC-SHA256 in hex: see docs/rest.md.");
            if (context.Description.HttpMethod is "POST" or "PUT") AddHeader(operation, IdempotencyKey.Header, IdempotencyKey.Form);
            return Task.CompletedTask;
        });
        options.AddDocumentTransformer(static (document, _, _) =>
        {
            document.Info.Title = "TPWallet";
            document.Info.Description = "An API key identifies a program and carries no authority over funds: only votes of members' devices do.";
            return Task.CompletedTask;
        });
    }

    private static void Shape(OpenApiSchema schema, Type type)
    {
        if (type == typeof(UInt256)) Text(schema, "decimal digits of an unsigned 256-bit integer");
        else if (type == typeof(Instant) || type == typeof(Span)) (schema.Type, schema.Format, schema.Description) = (JsonSchemaType.Integer, "int64", "milliseconds");
        else if (type.GetInterfaces().Any(static face => face.IsGenericType && face.GetGenericTypeDefinition() == typeof(IText<>)))
            Text(schema, (string)type.GetProperty(nameof(IdempotencyKey.Form), BindingFlags.Public | BindingFlags.Static)!.GetValue(null)!);
        else if (typeof(ICommand).IsAssignableFrom(type))
        {
            schema.Properties?.Remove("commandId");
            schema.Required?.Remove("commandId");
        }
    }

    private static void Text(OpenApiSchema schema, string form)
    {
        schema.Type = JsonSchemaType.String;
        schema.Properties = null;
        schema.Description = form;
    }

    private static void AddHeader(OpenApiOperation operation, string name, string description)
    {
        operation.Parameters ??= [];
        operation.Parameters.Add(new OpenApiParameter
        {
            Name = name,
            In = ParameterLocation.Header,
            Required = true,
            Description = description,
            Schema = new OpenApiSchema { Type = JsonSchemaType.String },
        });
    }
}
