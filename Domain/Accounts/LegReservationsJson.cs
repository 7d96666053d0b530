using System.Text.Json;
using System.Text.Json.Serialization;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Accounts;

/// <summary>Stores the legs of a packet as an object, by name, in the order of the names.</summary>
internal sealed class LegReservationsJson : JsonConverter<LegReservations>
{
    public override LegReservations Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.StartObject) throw new JsonException("Expected the legs by name.");
        var one = (JsonConverter<LegReservation>)options.GetConverter(typeof(LegReservation));
        var legs = ImmutableArray.CreateBuilder<LegReservation>();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            Name name = reader.GetString()!;
            reader.Read();
            var leg = one.Read(ref reader, typeof(LegReservation), options) ?? throw new JsonException($"Expected leg {name}.");
            if (leg.Outflow.Leg != name) throw new JsonException($"Expected leg {name}, found {leg.Outflow.Leg}.");
            if (legs.Count > 0 && legs[^1].Outflow.Leg.CompareTo(name) >= 0) throw new JsonException($"Expected each leg once and in order, found {name}.");
            legs.Add(leg);
        }

        return new(legs.DrainToImmutable());
    }

    public override void Write(Utf8JsonWriter writer, LegReservations value, JsonSerializerOptions options)
    {
        var one = (JsonConverter<LegReservation>)options.GetConverter(typeof(LegReservation));
        writer.WriteStartObject();
        foreach (var leg in value.Values)
        {
            writer.WritePropertyName(leg.Outflow.Leg.Value);
            one.Write(writer, leg, options);
        }

        writer.WriteEndObject();
    }
}
