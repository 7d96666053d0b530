using System.Text.Json;
using System.Text.Json.Serialization;
using TPWallet.Grains.Interfaces.CoinChannels;
using TPWallet.Signer.CoinChannels;

namespace TPWallet.Signer.Store;

/// <summary>
/// The floors of channels on chains of the Bitcoin family. As <see cref="IFloorStore"/>: durable before what they allow leaves, never falling. Safe from many threads.
/// </summary>
internal interface ICoinFloorStore : IDisposable
{
    /// <summary>A side's floor, or null where there is none.</summary>
    CoinFloor? Find(CoinChannelRef side);

    /// <summary>
    /// Judges the floor that is there (<see cref="CoinFloor.None"/> where there is none) and puts the judgement's in its place, unless it refuses. Durable when this is
    /// done. Judgements of one side follow each other.
    /// </summary>
    Task<CoinStep<T>> RaiseAsync<T>(CoinChannelRef side, Func<CoinFloor, CoinStep<T>> judge)
        where T : class;
}

/// <summary>The floors of channels on chains of the Bitcoin family, in coin-floors.db.</summary>
internal sealed class CoinFloorStore : ICoinFloorStore
{
    private static readonly FloorForm<CoinChannelRef, CoinFloor> _form = new(
        "coin-floors", "coin_floor", "tpw.signer.coin-floor.v1", ["body"], CoinChannelRef.Parse,
        static floor => [JsonSerializer.SerializeToUtf8Bytes(floor, CoinFloorJson.Default.CoinFloor)],
        static columns => JsonSerializer.Deserialize(columns[0], CoinFloorJson.Default.CoinFloor)!);

    private readonly FloorFile<CoinChannelRef, CoinFloor> _file;

    private CoinFloorStore(FloorFile<CoinChannelRef, CoinFloor> file) => _file = file;

    /// <inheritdoc cref="FloorFile{TSide, TFloor}.Open"/>
    public static CoinFloorStore Open(string folder, byte[] macKey) => new(FloorFile<CoinChannelRef, CoinFloor>.Open(_form, folder, macKey));

    /// <inheritdoc/>
    public CoinFloor? Find(CoinChannelRef side) => _file.Find(side);

    /// <inheritdoc/>
    public Task<CoinStep<T>> RaiseAsync<T>(CoinChannelRef side, Func<CoinFloor, CoinStep<T>> judge)
        where T : class => _file.RaiseAsync(side, floor =>
        {
            var step = judge(floor ?? CoinFloor.None);
            return (step, step.Refusal is null ? step.Floor : null);
        });

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();
}

/// <summary>The stored form of floors.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(CoinFloor))]
internal sealed partial class CoinFloorJson : JsonSerializerContext;
