using System.Text.Json;
using System.Text.Json.Nodes;

namespace TPWallet.Chains.Nodes;

/// <summary>A method and its parameters as JSON text, so that one request can go to several nodes.</summary>
public sealed record JsonRpcRequest(string Method, string Parameters)
{
    public static JsonRpcRequest Of(string method, params JsonNode?[] parameters) => new(method, new JsonArray(parameters).ToJsonString());

    internal void Write(Utf8JsonWriter writer, long id)
    {
        writer.WriteStartObject();
        writer.WriteString("jsonrpc", "2.0");
        writer.WriteNumber("id", id);
        writer.WriteString("method", Method);
        writer.WritePropertyName("params");
        writer.WriteRawValue(Parameters);
        writer.WriteEndObject();
    }
}
