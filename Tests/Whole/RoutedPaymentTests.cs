using System.Buffers.Binary;
using System.Security.Cryptography;
using TPWallet.Crypto;
using TPWallet.Crypto.Onions;
using TPWallet.Domain.Channels;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Tests.Domain;

namespace TPWallet.Tests.Whole;

/// <summary>Payments over two channels and three accounts: grains over a journal, a signer with its floors, the real contract; each hop reads its own layer of an onion.</summary>
public sealed class RoutedPaymentTests : IAsyncLifetime
{
    private const ulong Delta = 2_000;

    private ChannelPair _pair = null!;
    private (AccountId Account, Address Key) _three;
    private ChannelRef _payer, _in, _out, _payee;

    public async Task InitializeAsync()
    {
        _pair = await ChannelPair.StartAsync();
        (_payer, _in) = await _pair.OpenAsync(20_000, 1_000);
        _three = await _pair.Town.JoinAsync(_pair.System, "three");
        (_out, _payee) = await _pair.OpenBetweenAsync(_pair.Two, _three, 10_000, 500);
    }

    public async Task DisposeAsync() => await _pair.DisposeAsync();

    [Fact]
    public async Task Payments_OverTwoChannels_ArePaidByTheirSecrets_AcrossARestart()
    {
        var secrets = Enumerable.Range(1, 3).Select(static i => new Bytes32((UInt256)(ulong)(70 + i))).ToArray();
        var payments = new List<Guid>();
        foreach (var secret in secrets) payments.Add((await OfferAsync(secret, 3_003, 3_000)).Id);
        await _pair.System.UntilAsync(async () => (await _pair.ReadAsync(_payee)).Book.Locks.Length == 3, "three locks at the payee");
        (await _pair.Grain(_payer).Follow(payments[0])).Should().BeOfType<UpdateStanding.Done>("it is locked, and has not paid");
        (await _pair.Grain(_in).Submit(new ChannelCommand.Fail(Guid.NewGuid(), 1))).Rejected()!.Code.Should().Be(RejectionCode.WrongState, "what has gone on is not given back by hand");
        await _pair.RestartAsync();
        for (var i = 1; i <= 3; i++) await _pair.SubmitAsync(_payee, new ChannelCommand.Fulfil(Guid.NewGuid(), i, secrets[i - 1]));
        for (var i = 0; i < 3; i++)
        {
            await _pair.System.UntilAsync(async () => await _pair.Grain(_payer).Follow(payments[i]) is UpdateStanding.Paid, "the payer to have the proof");
            (await _pair.Grain(_payer).Follow(payments[i])).Should().Be(new UpdateStanding.Paid(secrets[i]));
        }

        await _pair.DoneAsync(_payer, 20_000 - (3 * 3_003));
        await _pair.DoneAsync(_in, 1_000 + (3 * 3_003));
        await _pair.DoneAsync(_out, 10_000 - (3 * 3_000));
        await _pair.DoneAsync(_payee, 500 + (3 * 3_000));
    }

    [Theory]
    [InlineData("the payee gives it back", 0, OnionError.TemporaryChannelFailure)]
    [InlineData("too low a fee", 0, OnionError.FeeInsufficient)]
    [InlineData("too little time between", 0, OnionError.IncorrectExpiry)]
    [InlineData("no such channel", 0, OnionError.UnknownNextPeer)]
    [InlineData("more than the channel has", 0, OnionError.TemporaryChannelFailure)]
    [InlineData("less than the payee is to get", 1, OnionError.FinalIncorrectAmount)]
    public async Task Payment_ThatGoesNoFurther_ComesBack_WithItsReason(string what, int hop, OnionError error)
    {
        var secret = new Bytes32((UInt256)99);
        var (id, shared) = what switch
        {
            "too low a fee" => await OfferAsync(secret, 3_002, 3_000),
            "too little time between" => await OfferAsync(secret, 3_003, 3_000, delta: Delta - 1),
            "no such channel" => await OfferAsync(secret, 3_003, 3_000, channel: secret),
            "more than the channel has" => await OfferAsync(secret, 10_011, 10_001),
            "less than the payee is to get" => await OfferAsync(secret, 3_003, 3_000, last: 3_001),
            _ => await OfferAsync(secret, 3_003, 3_000),
        };
        if (what == "the payee gives it back")
        {
            await _pair.System.UntilAsync(async () => (await _pair.ReadAsync(_payee)).Book.Locks.Length == 1, "the lock at the payee");
            await _pair.SubmitAsync(_payee, new ChannelCommand.Fail(Guid.NewGuid(), 1));
        }

        await _pair.System.UntilAsync(async () => await _pair.Grain(_payer).Follow(id) is UpdateStanding.Failed, "the payer to hear of it");
        var failed = (UpdateStanding.Failed)await _pair.Grain(_payer).Follow(id);
        var read = OnionFailure.Read(shared, failed.Reason!.Value.Span)!.Value;
        read.Hop.Should().Be(hop);
        ((OnionError)BinaryPrimitives.ReadUInt16BigEndian(read.Message)).Should().Be(error);
        await _pair.DoneAsync(_payer, 20_000);
        await _pair.DoneAsync(_out, 10_000);
    }

    private async Task<(Guid Id, byte[][] Shared)> OfferAsync(
        Bytes32 secret, ulong amount, ulong forward, ulong delta = Delta, Bytes32? channel = null, ulong? last = null)
    {
        var target = Bytes32.From(SHA256.HashData(secret.ToArray()));
        var expiry = (await _pair.ReadAsync(_payer)).Second + 20_000;
        using var session = Secp256k1.GenerateKey();
        OnionHop[] hops =
        [
            new(await OnionKeyAsync(_pair.Two.Account), new HopPayload(forward, expiry - delta, channel ?? _out.Channel).Write()),
            new(await OnionKeyAsync(_three.Account), new HopPayload(last ?? forward, expiry - delta, null).Write()),
        ];
        var onion = HexBytes.From(Onion.Create(hops, session, target.ToArray(), out var shared));
        var id = Guid.NewGuid();
        await _pair.SubmitAsync(_payer, new ChannelCommand.Offer(id, amount, expiry, LockKind.Hash, target) { Onion = onion });
        return (id, shared);
    }

    private async Task<byte[]> OnionKeyAsync(AccountId account) => (await _pair.System.Grains.GetGrain<IChannelKeyGrain>($"{account}/channels").ReadOnionKey()).PublicKey.Span.ToArray();
}
