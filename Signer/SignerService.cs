using TPWallet.Chains.Bitcoin;
using TPWallet.Chains.Ethereum;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Signing;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Signer.Checks;
using TPWallet.Signer.Keys;
using TPWallet.Signer.Store;

namespace TPWallet.Signer;

/// <summary>
/// The signer's calls. Each reads what the store knows, decides purely (Checks), and appends what follows; where the account's facts changed in
/// between it decides again. Nothing leaves before it is durable.
/// </summary>
internal sealed class SignerService(IFactStore store, IFloorStore floors, ICoinFloorStore coinFloors, IKeyProvider keys, SignerSecrets secrets, SignerClock clock) : ISignerPort
{
    /// <summary>How often a call decides again because another call of the same account came first.</summary>
    private const int MaxRounds = 8;

    private readonly Books _books = new(new LineageBook(store), new WindowBook(store));

    private readonly ChannelSigning _channels = new(store, floors, keys);

    private readonly CoinChannelSigning _coins = new(store, coinFloors, secrets);

    public HexBytes PublicKey => secrets.PublicKey;

    /// <inheritdoc/>
    public async Task<SignerAnswer<KeyAttestation>> CreateKeyAsync(CreateKeyRequest request, CancellationToken cancellationToken)
    {
        if (KeyRules.Check(request) is { } malformed) return new SignerAnswer<KeyAttestation>.Refused(malformed);
        var label = new KeyLabel(Canonical.AccountId(request.Genesis), request.Key);
        for (var round = 0; round < MaxRounds; round++)
        {
            var version = store.VersionOf(label.Account);
            var (existing, refusal) = KeyRules.Find(request, store.Keys(label.Account));
            if (refusal is not null) return new SignerAnswer<KeyAttestation>.Refused(refusal);
            if (existing is not null) return new SignerAnswer<KeyAttestation>.Given(existing.Attestation);
            var made = await keys.CreateAsync(label, cancellationToken);
            var (address, publicKey) = KeyRules.AddressOf(request.Chain, made.PublicKey);
            var attestation = secrets.Attest(new(
                label.Account, request.Key, request.Chain, request.Tier, address, publicKey, HexBytes.Empty, HexBytes.Empty)
            {
                Purpose = request.Purpose,
            });
            if (store.TryAppend(label.Account, version, Now(null).At, [new Fact.KeyCreated(attestation, made.Handle)]))
                return new SignerAnswer<KeyAttestation>.Given(attestation);
        }

        return new SignerAnswer<KeyAttestation>.Refused(Busy());
    }

    /// <inheritdoc/>
    public Task<SignerAnswer<Announcement>> AnnounceAsync(AnnounceRequest request, CancellationToken cancellationToken) =>
        Task.FromResult(Announce(request));

    /// <inheritdoc/>
    public async Task<SignOutcome> SignAsync(SignRequest request, CancellationToken cancellationToken)
    {
        if (RequestForm.Check(request) is { } malformed) return new SignOutcome.Refused(malformed);
        var (payload, unreadable) = Realises.Read(request.Payload);
        if (payload is null) return new SignOutcome.Refused(unreadable!);
        var account = request.Authorisation.Packet.Ref.Owner;
        for (var round = 0; round < MaxRounds; round++)
        {
            var version = store.VersionOf(account);
            var now = Now(request.AskedAt);
            var decision = SignCheck.Decide(request, payload, store, _books, now);
            if (decision.Learnt.Length > 0)
            {
                // What a request teaches (a newer lineage, a first sight) is kept whether or not it is signed; then it is decided on that.
                store.TryAppend(account, version, now.At, decision.Learnt);
                if (decision.Refusal is null) continue;
            }

            if (decision.Refusal is { } refusal) return new SignOutcome.Refused(refusal);
            if (decision.Repeated is { } before) return new SignOutcome.Signed(before.Raw, before.TxHash);
            KillPoint.Pass(KillPoint.SignerDecided);
            var signed = await SignAsync(decision.ToSign!, cancellationToken);
            KillPoint.Pass(KillPoint.SignerSigned);
            if (!store.TryAppend(account, version, now.At, decision.ToSign!.Facts(signed))) continue;
            KillPoint.Pass(KillPoint.SignerPersisted);
            return new SignOutcome.Signed(signed.Raw, signed.TxHash);
        }

        return new SignOutcome.Refused(Busy());
    }

    /// <inheritdoc/>
    public async Task<SignerAnswer<ChannelTaken>> TakeChannelAsync(TakeChannelRequest request, CancellationToken cancellationToken)
    {
        var account = Canonical.AccountId(request.Genesis);
        for (var round = 0; round < MaxRounds; round++)
        {
            var version = store.VersionOf(account);
            var now = Now(request.AskedAt);
            var decision = TakeChannelCheck.Decide(request, account, store, _books.Lineages, now);
            if (decision.Learnt.OfType<Fact.ChannelTaken>().Any()) await _channels.PrepareAsync(decision.Taken!);
            // What a request teaches is kept whether or not the channel is taken; then it is decided on that.
            if (decision.Learnt.Length > 0 && (!store.TryAppend(account, version, now.At, decision.Learnt) || (decision.Refusal ?? (object?)decision.Taken) is null)) continue;
            return decision.Refusal is { } refusal
                ? new SignerAnswer<ChannelTaken>.Refused(refusal)
                : new SignerAnswer<ChannelTaken>.Given(_channels.Taken(decision.Taken!));
        }

        return new SignerAnswer<ChannelTaken>.Refused(Busy());
    }

    /// <inheritdoc/>
    public Task<SignerAnswer<StateSignature>> SignStateAsync(SignStateRequest request, CancellationToken cancellationToken) => _channels.SignAsync(request, cancellationToken);

    /// <inheritdoc/>
    public Task<SignerAnswer<OrderSignature>> SignOrderAsync(SignOrderRequest request, CancellationToken cancellationToken) => _channels.SignAsync(request, cancellationToken);

    /// <inheritdoc/>
    public Task<SignerAnswer<AnnouncementSignature>> SignAnnouncementAsync(SignAnnouncementRequest request, CancellationToken cancellationToken) =>
        _channels.SignAsync(request, Now(null), cancellationToken);

    /// <inheritdoc/>
    public Task<SignerAnswer<InvoiceSignature>> SignInvoiceAsync(SignInvoiceRequest request, CancellationToken cancellationToken) =>
        _channels.SignAsync(request, Now(null), cancellationToken);

    /// <inheritdoc/>
    public async Task<SignerAnswer<CoinChannelTaken>> TakeCoinChannelAsync(TakeCoinChannelRequest request, CancellationToken cancellationToken)
    {
        var account = Canonical.AccountId(request.Genesis);
        for (var round = 0; round < MaxRounds; round++)
        {
            var version = store.VersionOf(account);
            var now = Now(request.AskedAt);
            var decision = TakeCoinChannelCheck.Decide(request, account, store, _books.Lineages, now);
            if (decision.Learnt.OfType<Fact.CoinChannelTaken>().Any()) await _coins.PrepareAsync(decision.Taken!);
            // As of the other channels: what a request teaches is kept, and then it is decided on that.
            if (decision.Learnt.Length > 0 && (!store.TryAppend(account, version, now.At, decision.Learnt) || (decision.Refusal ?? (object?)decision.Taken) is null)) continue;
            return decision.Refusal is { } refusal
                ? new SignerAnswer<CoinChannelTaken>.Refused(refusal)
                : new SignerAnswer<CoinChannelTaken>.Given(_coins.Taken(decision.Taken!));
        }

        return new SignerAnswer<CoinChannelTaken>.Refused(Busy());
    }

    /// <inheritdoc/>
    public Task<SignerAnswer<CoinGiven>> SignCoinChannelAsync(SignCoinChannelRequest request, CancellationToken cancellationToken) => _coins.SignAsync(request);

    /// <inheritdoc/>
    public Task<SignerAnswer<SignerIdentity>> IdentityAsync(CancellationToken cancellationToken) =>
        Task.FromResult<SignerAnswer<SignerIdentity>>(new SignerAnswer<SignerIdentity>.Given(Identity()));

    /// <inheritdoc/>
    public Task<SignerAnswer<SignedPage>> SignedAsync(SignedQuery query, CancellationToken cancellationToken) =>
        Task.FromResult<SignerAnswer<SignedPage>>(SignedBook.Read(store, query) is { } page
            ? new SignerAnswer<SignedPage>.Given(page)
            : new SignerAnswer<SignedPage>.Refused(new(RejectionCode.Malformed, "a chain with its address, or neither", "one without the other")));

    public SignerIdentity Identity()
    {
        var head = store.Head;
        return new(secrets.PublicKey, head.Facts, Bytes32.From(head.Mac));
    }

    /// <summary>Never behind the newest fact: a clock that was set back while the signer was off does not bring expired votes back.</summary>
    private SignerTime Now(Instant? asked)
    {
        var (now, newest) = (clock.Read(asked), store.Newest);
        return now.Stamp.Latest >= newest ? now : now with { Stamp = now.Stamp with { Latest = newest } };
    }

    private static Rejection Busy() => new(RejectionCode.Retry, "a moment without other calls for this account", $"{MaxRounds} in between");

    private SignerAnswer<Announcement> Announce(AnnounceRequest request)
    {
        if (RequestForm.Check(request) is { } malformed) return new SignerAnswer<Announcement>.Refused(malformed);
        var account = Canonical.AccountId(request.Genesis);
        for (var round = 0; round < MaxRounds; round++)
        {
            var version = store.VersionOf(account);
            var now = Now(request.AskedAt);
            var decision = AnnounceCheck.Decide(request, account, store, _books.Lineages, now);
            if (decision.Learnt.Length > 0)
            {
                if (!store.TryAppend(account, version, now.At, decision.Learnt) || decision.Refusal is null) continue;
            }

            return decision.Refusal is { } refusal
                ? new SignerAnswer<Announcement>.Refused(refusal)
                : new SignerAnswer<Announcement>.Given(decision.Known!);
        }

        return new SignerAnswer<Announcement>.Refused(Busy());
    }

    /// <summary>Signs and makes sure that the signature is the key's: a wrong one would be a transaction of somebody else.</summary>
    private async Task<Fact.IntentSigned> SignAsync(SignPlan plan, CancellationToken cancellationToken)
    {
        if (plan.Payload is ReadPayload.Bitcoin coins) return await SignAsync(plan, coins, cancellationToken);
        var (attestation, transaction) = (plan.Key.Attestation, ((ReadPayload.Evm)plan.Payload).Transaction);
        var digest = transaction.SigningDigest();
        var made = await keys.SignAsync(new(attestation.Account, attestation.Key), plan.Key.Handle, digest, cancellationToken);
        var signed = transaction.Attach(EthereumSignature.From(made.Signature.Span, made.RecoveryId));
        if (!signed.Sender().TryGet(out var sender, out _) || sender != attestation.Address)
            throw new InvalidOperationException("The key provider gave a signature of another key.");
        return plan.Signed(signed.Encode(), signed.Hash());
    }

    /// <summary>Every input by BIP-143, over everything; each is verified as a node would.</summary>
    private async Task<Fact.IntentSigned> SignAsync(SignPlan plan, ReadPayload.Bitcoin coins, CancellationToken cancellationToken)
    {
        var attestation = plan.Key.Attestation;
        var code = OutputScript.PubKeyHashOf(attestation.Address.ToArray());
        var (signed, context) = (coins.Unsigned, new SighashContext(coins.Unsigned, coins.Spent));
        for (var i = 0; i < coins.Unsigned.Inputs.Count; i++)
        {
            var digest = Bytes32.From(context.WitnessV0(i, code, SighashType.All));
            var made = await keys.SignAsync(new(attestation.Account, attestation.Key), plan.Key.Handle, digest, cancellationToken);
            HexBytes signature = EcdsaSignature.Encode(made.Signature.Span, SighashType.All);
            signed = signed.WithInput(i, signed.Inputs[i] with { Witness = [signature, attestation.PublicKey] });
        }

        var whole = new SighashContext(signed, coins.Spent);
        for (var i = 0; i < signed.Inputs.Count; i++)
            if (ScriptVerifier.Verify(whole, i) is { } wrong) throw new InvalidOperationException($"The key provider gave a signature of another key: {wrong}");
        return plan.Signed(signed.Encode(), coins.TxHash);
    }
}
