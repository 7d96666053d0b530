using System.Security.Cryptography;
using System.Text;
using TPWallet.Crypto;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Signing;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Signer;
using TPWallet.Signer.Keys;

namespace TPWallet.Tests.Simulation;

/// <summary>
/// The signer process: the product's node over a store that outlives it, restarted now and then, behind a connection that is slow, refused, or lost
/// after the work was done. What it signs is told to the invariants before anybody else sees it.
/// </summary>
internal sealed class SimulatedSigner : ISignerPort, IDisposable
{
    private readonly SimulatedTime _time;
    private readonly MachineTime _clock;
    private readonly Faults _faults;
    private readonly Chance _chance;
    private readonly FactMemory _facts;
    private readonly FloorMemory _floors = new();
    private readonly CoinFloorMemory _coinFloors = new();
    private readonly byte[] _root;
    private readonly Action<SignRequest, SignOutcome.Signed> _signed;
    private SignerNode _node;
    private long _backAt;

    public SimulatedSigner(SimulatedTime time, MachineTime clock, Faults faults, Chance chance, Action<SignRequest, SignOutcome.Signed> signed)
    {
        (_time, _clock, _faults, _chance, _signed) = (time, clock, faults, chance, signed);
        _root = SHA256.HashData(chance.Id().ToByteArray());
        _facts = new FactMemory();
        _node = Open();
    }

    /// <summary>Told of each state that it gives a signature of.</summary>
    public Action<ChannelRef, ChannelBook> StateSigned { get; init; } = static (_, _) => { };

    /// <summary>The process dies and starts again after a while: what it has in memory is gone, its facts are not.</summary>
    public void Restart(TimeSpan after)
    {
        _node.Dispose();
        _node = Open();
        _backAt = _time.GetTimestamp() + after.Ticks;
    }

    /// <summary>Makes a key that nobody in the world asked for.</summary>
    public Task MakeKeyAsync(CreateKeyRequest request) => _node.Port.CreateKeyAsync(request, CancellationToken.None);

    /// <inheritdoc/>
    public Task<SignerAnswer<KeyAttestation>> CreateKeyAsync(CreateKeyRequest request, CancellationToken cancellationToken) => Ask(
        port => port.CreateKeyAsync(request, CancellationToken.None), why => new SignerAnswer<KeyAttestation>.NoAnswer(why), cancellationToken);

    /// <inheritdoc/>
    public Task<SignerAnswer<Announcement>> AnnounceAsync(AnnounceRequest request, CancellationToken cancellationToken) => Ask(
        port => port.AnnounceAsync(request, CancellationToken.None), why => new SignerAnswer<Announcement>.NoAnswer(why), cancellationToken);

    /// <inheritdoc/>
    public Task<SignOutcome> SignAsync(SignRequest request, CancellationToken cancellationToken) => Ask(
        async port =>
        {
            var outcome = await port.SignAsync(request, CancellationToken.None);
            if (outcome is SignOutcome.Signed signed) _signed(request, signed);
            return outcome;
        },
        why => new SignOutcome.NoAnswer(why),
        cancellationToken);

    /// <inheritdoc/>
    public Task<SignerAnswer<ChannelTaken>> TakeChannelAsync(TakeChannelRequest request, CancellationToken cancellationToken) => Ask(
        port => port.TakeChannelAsync(request, CancellationToken.None), why => new SignerAnswer<ChannelTaken>.NoAnswer(why), cancellationToken);

    /// <inheritdoc/>
    public Task<SignerAnswer<StateSignature>> SignStateAsync(SignStateRequest request, CancellationToken cancellationToken) => Ask(
        async port =>
        {
            var answer = await port.SignStateAsync(request, CancellationToken.None);
            if (answer is SignerAnswer<StateSignature>.Given) StateSigned(request.Side, request.Book);
            return answer;
        },
        why => new SignerAnswer<StateSignature>.NoAnswer(why), cancellationToken);

    /// <inheritdoc/>
    public Task<SignerAnswer<OrderSignature>> SignOrderAsync(SignOrderRequest request, CancellationToken cancellationToken) => Ask(
        port => port.SignOrderAsync(request, CancellationToken.None), why => new SignerAnswer<OrderSignature>.NoAnswer(why), cancellationToken);

    /// <inheritdoc/>
    public Task<SignerAnswer<AnnouncementSignature>> SignAnnouncementAsync(SignAnnouncementRequest request, CancellationToken cancellationToken) => Ask(
        port => port.SignAnnouncementAsync(request, CancellationToken.None), why => new SignerAnswer<AnnouncementSignature>.NoAnswer(why), cancellationToken);

    /// <inheritdoc/>
    public Task<SignerAnswer<InvoiceSignature>> SignInvoiceAsync(SignInvoiceRequest request, CancellationToken cancellationToken) => Ask(
        port => port.SignInvoiceAsync(request, CancellationToken.None), why => new SignerAnswer<InvoiceSignature>.NoAnswer(why), cancellationToken);

    /// <inheritdoc/>
    public Task<SignerAnswer<CoinChannelTaken>> TakeCoinChannelAsync(TakeCoinChannelRequest request, CancellationToken cancellationToken) => Ask(
        port => port.TakeCoinChannelAsync(request, CancellationToken.None), why => new SignerAnswer<CoinChannelTaken>.NoAnswer(why), cancellationToken);

    /// <inheritdoc/>
    public Task<SignerAnswer<CoinGiven>> SignCoinChannelAsync(SignCoinChannelRequest request, CancellationToken cancellationToken) => Ask(
        port => port.SignCoinChannelAsync(request, CancellationToken.None), why => new SignerAnswer<CoinGiven>.NoAnswer(why), cancellationToken);

    /// <inheritdoc/>
    public Task<SignerAnswer<SignerIdentity>> IdentityAsync(CancellationToken cancellationToken) => Ask(
        port => port.IdentityAsync(CancellationToken.None), why => new SignerAnswer<SignerIdentity>.NoAnswer(why), cancellationToken);

    /// <inheritdoc/>
    public Task<SignerAnswer<SignedPage>> SignedAsync(SignedQuery query, CancellationToken cancellationToken) => Ask(
        port => port.SignedAsync(query, CancellationToken.None), why => new SignerAnswer<SignedPage>.NoAnswer(why), cancellationToken);

    public void Dispose() => _node.Dispose();

    private bool IsAway => !_faults.Healed && _time.GetTimestamp() < _backAt;

    private SignerNode Open()
    {
        using var root = PrivateKey.From(_root);
        return new(new SignerSecrets(PrivateKey.From(_root)), _facts, _floors, _coinFloors, new SeededKeys(_root), _clock);
    }

    private async Task<T> Ask<T>(Func<ISignerPort, Task<T>> ask, Func<string, T> noAnswer, CancellationToken cancellationToken)
    {
        if (IsAway || _faults.Hit(Fault.SignerDown)) return noAnswer("connection refused");
        await Travel(_faults.Hit(Fault.SignerSlow) ? _chance.Milliseconds(500, 45_000) : _chance.Milliseconds(0, 4), cancellationToken);
        var answer = await ask(_node.Port);
        if (_faults.Hit(Fault.SignerAnswerLost)) return noAnswer("connection lost");
        await Travel(_chance.Milliseconds(0, 4), cancellationToken);
        return answer;
    }

    private async Task Travel(TimeSpan delay, CancellationToken cancellationToken)
    {
        var arrived = new TaskCompletionSource();
        _time.After(delay, () => arrived.TrySetResult());
        await using var registration = cancellationToken.UnsafeRegister(
            static (arrived, token) => ((TaskCompletionSource)arrived!).TrySetCanceled(token), arrived);
        await arrived.Task;
    }

    /// <summary>Keys that follow from the seed and the label; signatures are RFC 6979, so all of it is the same in every run.</summary>
    private sealed class SeededKeys(byte[] seed) : IKeyProvider
    {
        public ValueTask<ProviderKey> CreateAsync(KeyLabel label, CancellationToken cancellationToken)
        {
            using var key = KeyOf(label);
            return ValueTask.FromResult(new ProviderKey(HexBytes.Empty, Secp256k1.CreatePublicKey(key, compressed: false)));
        }

        public ValueTask<ProviderSignature> SignAsync(KeyLabel label, HexBytes handle, Bytes32 digest, CancellationToken cancellationToken)
        {
            using var key = KeyOf(label);
            var signature = new byte[Secp256k1.SignatureLength];
            Secp256k1.SignRecoverable(key, digest.ToArray(), signature, out var recoveryId);
            return ValueTask.FromResult(new ProviderSignature(signature, recoveryId));
        }

        public void Dispose()
        {
            // Nothing is held: each use makes the key anew.
        }

        private PrivateKey KeyOf(KeyLabel label) => PrivateKey.From(SHA256.HashData([.. seed, .. Encoding.UTF8.GetBytes(label.ToString())]));
    }
}
