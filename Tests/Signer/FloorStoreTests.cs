using System.Security.Cryptography;
using System.Text;
using Microsoft.Data.Sqlite;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.CoinChannels;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Signer.CoinChannels;
using TPWallet.Signer.Store;
using TPWallet.Tests.Domain.Channels;

namespace TPWallet.Tests.Signer;

/// <summary>The floors under a signer that stops while they are written.</summary>
public sealed class FloorStoreTests : IDisposable
{
    private static readonly byte[] _key = new byte[32];
    private static readonly ChannelRef _side = new(ChannelParty.Id, ChannelSide.A);

    private static readonly CoinChannelRef _coinSide = CoinChannelRef.Parse($"{ChannelParty.Id}/{Enum.GetValues<CoinSide>()[0]}");

    private readonly string _folder = Directory.CreateTempSubdirectory("tpw-floors-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Dispose_WhileAFloorIsWritten_WaitsForIt_AndTakesNoneAfterIt()
    {
        var store = FloorStore.Open(_folder, _key);
        Task<Raise> raised;
        Task dispose;
        using (var other = new SqliteConnection($"Data Source={Path.Combine(_folder, "floors.db")};Pooling=False"))
        {
            other.Open();
            using var writer = other.BeginTransaction(deferred: false);
            raised = store.RaiseAsync(_side, static _ => new(new(5, default, 7), null));
            dispose = Task.Run(store.Dispose);
            raised.IsCompleted.Should().BeFalse("another has the file");
            dispose.IsCompleted.Should().BeFalse("the floor is not on disk");
            writer.Rollback();
        }

        (await raised.WaitAsync(TimeSpan.FromMinutes(1))).Floor!.Nonce.Should().Be(5);
        await dispose.WaitAsync(TimeSpan.FromMinutes(1));
        using (var again = FloorStore.Open(_folder, _key)) again.Find(_side)!.Nonce.Should().Be(5);
        await store.Invoking(static late => late.RaiseAsync(_side, static _ => new(new(6, default, 7), null))).Should().ThrowAsync<IOException>();
    }

    /// <summary>A channel of which the peer never withdrew is stored as older builds did, and read from them.</summary>
    [Fact]
    public async Task Floor_WithWithdrawalsOfThePeer_IsReadBack_AndWithoutIsOfTheOldForm()
    {
        var (plain, more) = (new Floor(5, default, 7), new Floor(6, default, 8) { PeerWithdrawn = 9, PeerLeft = 4 });
        using (var store = FloorStore.Open(_folder, _key))
        {
            await store.RaiseAsync(_side, _ => new(plain, null));
            await store.RaiseAsync(_side.Peer, _ => new(more, null));
        }

        using (var raw = new SqliteConnection($"Data Source={Path.Combine(_folder, "floors.db")};Pooling=False"))
        {
            raw.Open();
            using var command = raw.CreateCommand();
            command.CommandText = "select length(own) from floor order by n";
            using var reader = command.ExecuteReader();
            var lengths = new List<long>();
            while (reader.Read()) lengths.Add(reader.GetInt64(0));
            lengths.Should().Equal(32, 96);
        }

        using var again = FloorStore.Open(_folder, _key);
        again.Find(_side).Should().Be(plain);
        again.Find(_side.Peer).Should().Be(more);
    }

    [Fact]
    public async Task Raise_ManySidesAtOnce_AllAreOnDiskBeforeTheyAreDone_InFewCommits()
    {
        const int many = 500;
        var sides = Enumerable.Range(1, many).Select(static i => new ChannelRef(new Bytes32((UInt256)(ulong)i), ChannelSide.B)).ToArray();
        using (var store = FloorStore.Open(_folder, _key))
        {
            await Task.WhenAll(sides.Select((side, i) => store.RaiseAsync(side, _ => new(new((ulong)i + 1, default, 7), null))));
            // A copy of what is on disk now, as a power failure would leave it.
            Directory.CreateDirectory(Path.Combine(_folder, "copy"));
            foreach (var file in Directory.GetFiles(_folder)) File.Copy(file, Path.Combine(_folder, "copy", Path.GetFileName(file)));
            store.Commits.Should().BeLessThan(many / 10);
        }

        using var copy = FloorStore.Open(Path.Combine(_folder, "copy"), _key);
        sides.Select(side => copy.Find(side)!.Nonce).Should().Equal(Enumerable.Range(1, many).Select(static i => (ulong)i));
    }

    /// <summary>The form on disk is for ever: a signer that forgot its floors would sign anew. Written here by hand, as builds up to now have written it.</summary>
    [Fact]
    public void FileOfAnOlderBuild_IsRead()
    {
        FloorStore.Open(_folder, _key).Dispose();
        byte[][] columns = [[0, 0, 0, 0, 0, 0, 1, 5], [.. Enumerable.Repeat((byte)9, 32)], [.. new byte[31], 7]];
        Put("floors", "insert into floor (side, n, nonce, digest, own, mac) values ($0, 3, $1, $2, $3, $4)", "tpw.signer.floor.v1", $"{_side}", columns);
        using (var store = FloorStore.Open(_folder, _key)) store.Find(_side).Should().Be(new Floor(261, Bytes32.From(columns[1]), 7));

        CoinFloorStore.Open(_folder, _key).Dispose();
        var body = Encoding.UTF8.GetBytes(
            $$"""{"signed":4,"signedTxid":"{{Bytes32.Zero}}","own":3,"ownTxid":"{{Bytes32.Zero}}","ended":"{{Bytes32.Zero}}","hasLeft":true,"facts":"{{Bytes32.Zero}}","ownMsat":77}""");
        Put("coin-floors", "insert into coin_floor (side, n, body, mac) values ($0, 3, $1, $2)", "tpw.signer.coin-floor.v1", $"{_coinSide}", [body]);
        using (var store = CoinFloorStore.Open(_folder, _key)) store.Find(_coinSide).Should().Be(CoinFloor.None with { Signed = 4, Own = 3, HasLeft = true, OwnMsat = 77 });
    }

    [Theory]
    [InlineData("update coin_floor set body = cast(replace(cast(body as text), '\"signed\":4', '\"signed\":2') as blob)")]
    [InlineData("update coin_floor set n = n + 1")]
    [InlineData("delete from coin_floor")]
    public async Task FloorsThatWereChangedOrPutBack_StopTheStart(string change)
    {
        using (var store = CoinFloorStore.Open(_folder, _key))
            (await store.RaiseAsync(_coinSide, static floor => new CoinStep<string>(floor with { Signed = 4 }, "given", null))).Given.Should().Be("given");
        using (var store = CoinFloorStore.Open(_folder, _key))
        {
            var refused = await store.RaiseAsync(_coinSide, static floor => new CoinStep<string>(floor with { Signed = 9 }, null, new(RejectionCode.NonceConflict, "4", "9")));
            (refused.Refusal!.Code, store.Find(_coinSide)!.Signed).Should().Be((RejectionCode.NonceConflict, 4L), "what is refused raises nothing");
        }

        using (var file = Open("coin-floors"))
        {
            using var command = file.CreateCommand();
            command.CommandText = change;
            command.ExecuteNonQuery().Should().Be(1);
        }

        FluentActions.Invoking(() => CoinFloorStore.Open(_folder, _key)).Should().Throw<StoreDamagedException>();
    }

    private void Put(string name, string insert, string label, string side, byte[][] columns)
    {
        byte[] text = [.. Encoding.ASCII.GetBytes($"{label}\0{side}\0"), 0, 0, 0, 0, 0, 0, 0, 3, .. columns.SelectMany(static column => column)];
        using var file = Open(name);
        using var command = file.CreateCommand();
        command.CommandText = insert;
        object[] values = [side, .. columns, HMACSHA256.HashData(_key, text)];
        for (var i = 0; i < values.Length; i++) command.Parameters.AddWithValue($"${i}", values[i]);
        command.ExecuteNonQuery();
    }

    private SqliteConnection Open(string name)
    {
        var file = new SqliteConnection($"Data Source={Path.Combine(_folder, name + ".db")};Pooling=False");
        file.Open();
        return file;
    }
}
