using System.Buffers.Binary;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Signer.Store;

/// <summary>The floors of payment channels, in floors.db.</summary>
internal sealed class FloorStore : IFloorStore
{
    private static readonly FloorForm<ChannelRef, Floor> _form = new(
        "floors", "floor", "tpw.signer.floor.v1", ["nonce", "digest", "own"], ChannelRef.Parse,
        static floor => [BytesOf(floor.Nonce), floor.Digest.ToArray(), AmountsOf(floor)],
        static columns => new(BinaryPrimitives.ReadUInt64BigEndian(columns[0]), Bytes32.From(columns[1]), UInt256.FromBigEndian(columns[2].AsSpan(0, UInt256.Size)))
        {
            PeerWithdrawn = AmountAt(columns[2], 1),
            PeerLeft = AmountAt(columns[2], 2),
        });

    private readonly FloorFile<ChannelRef, Floor> _file;

    private FloorStore(FloorFile<ChannelRef, Floor> file) => _file = file;

    /// <inheritdoc cref="FloorFile{TSide, TFloor}.Commits"/>
    internal int Commits => _file.Commits;

    /// <inheritdoc cref="FloorFile{TSide, TFloor}.Open"/>
    public static FloorStore Open(string folder, byte[] macKey) => new(FloorFile<ChannelRef, Floor>.Open(_form, folder, macKey));

    /// <inheritdoc/>
    public Floor? Find(ChannelRef side) => _file.Find(side);

    /// <inheritdoc/>
    public Task<Raise> RaiseAsync(ChannelRef side, Func<Floor, Raise> judge) => _file.RaiseAsync(side, floor =>
    {
        var raise = judge(floor ?? Floor.None);
        return (raise, raise.Floor);
    });

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    /// <summary>The account's amount alone where the peer never withdrew, as older builds wrote it.</summary>
    private static byte[] AmountsOf(Floor floor) => floor.PeerWithdrawn.IsZero && floor.PeerLeft.IsZero
        ? BytesOf(floor.Own)
        : [.. BytesOf(floor.Own), .. BytesOf(floor.PeerWithdrawn), .. BytesOf(floor.PeerLeft)];

    private static UInt256 AmountAt(byte[] amounts, int index) =>
        amounts.Length == UInt256.Size ? UInt256.Zero : UInt256.FromBigEndian(amounts.AsSpan(index * UInt256.Size, UInt256.Size));

    private static byte[] BytesOf(ulong number)
    {
        var bytes = new byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, number);
        return bytes;
    }

    private static byte[] BytesOf(UInt256 number)
    {
        var bytes = new byte[UInt256.Size];
        number.ToBigEndian(bytes);
        return bytes;
    }
}
