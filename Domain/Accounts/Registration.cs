using TPWallet.Domain.Authority;
using TPWallet.Domain.Machines;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Signing;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Accounts;

/// <summary>Founding the account, and its keys.</summary>
internal static class Registration
{
    /// <summary>Most keys of one account.</summary>
    internal const int MaxKeys = 256;

    internal static Decision<AccountEvent> Register(AccountState.Unregistered state, AccountCommand.Register command) =>
        GenesisCheck.Check(state.Id, command.Genesis, command.Proofs) is { } rejection ? rejection : new AccountEvent.Registered(command.Genesis, command.Proofs);

    /// <summary>The id is the genesis' hash, so there is only one genesis that could be meant.</summary>
    internal static Decision<AccountEvent> Again(AccountState.Open open, AccountCommand.Register command)
    {
        var actual = Canonical.AccountId(command.Genesis);
        return actual == open.Id ? AccountDecider.Nothing : new Rejection(RejectionCode.GenesisMismatch, $"a genesis of {open.Id}", $"a genesis of {actual}");
    }

    internal static Decision<AccountEvent> RequestKey(AccountState.Open open, AccountCommand.RequestKey command)
    {
        if (!command.Chain.HasNodes) return new Rejection(RejectionCode.UnsupportedKind, "an EVM or a Bitcoin chain", $"{command.Chain}");
        if (!Enum.IsDefined(command.Tier)) return new Rejection(RejectionCode.Malformed, "a tier", $"{command.Tier}");
        if (open.Keys.TryGetValue(command.Key, out var known))
        {
            var (chain, tier) = Of(known);
            return chain == command.Chain && tier == command.Tier
                ? AccountDecider.Nothing
                : new Rejection(RejectionCode.AlreadyExists, $"{command.Key} on {chain}, {tier}", $"{command.Chain}, {command.Tier}");
        }

        return open.Keys.Count < MaxKeys
            ? new AccountEvent.KeyRequested(command.Key, command.Chain, command.Tier)
            : new Rejection(RejectionCode.TooLarge, $"{MaxKeys} keys", $"{open.Keys.Count}");
    }

    internal static Decision<AccountEvent> AttachAddress(AccountState.Open open, AccountCommand.AttachAddress command)
    {
        var attestation = command.Attestation;
        if (attestation.Account != open.Id) return new Rejection(RejectionCode.NotAllowedCaller, $"an attestation to {open.Id}", $"{attestation.Account}");
        if (!open.Keys.TryGetValue(attestation.Key, out var known))
            return new Rejection(RejectionCode.KeyUnknown, "a key that was requested", $"{attestation.Key}");
        if (known is KeyEntry.Attached attached)
        {
            return attached.Attestation == attestation
                ? AccountDecider.Nothing
                : new Rejection(RejectionCode.AlreadyExists, $"{attached.Attestation.Address}", $"{attestation.Address}");
        }

        if (Of(known) != (attestation.Chain, attestation.Tier))
            return new Rejection(RejectionCode.KeyUnknown, $"{Of(known)}", $"{(attestation.Chain, attestation.Tier)}");
        if (attestation.Purpose != KeyPurpose.Spend) return new Rejection(RejectionCode.KeyUnknown, "a key that spends", $"{attestation.Purpose}");
        if (open.Own.Any(own => own.Chain == attestation.Chain && own.Address == attestation.Address))
            return new Rejection(RejectionCode.AlreadyExists, "an address of one key", $"{attestation.Address}");
        return SignatureCheck.Verify(SignatureScheme.Ed25519, attestation.SignerIdentity, Canonical.Hash(attestation), attestation.Signature)
            ? new AccountEvent.AddressAttached(attestation)
            : new Rejection(RejectionCode.BadSignature, $"a signature of {attestation.SignerIdentity} over the attestation", "another signature");
    }

    private static (ChainId Chain, Tier Tier) Of(KeyEntry key) => key switch
    {
        KeyEntry.Requested requested => (requested.Chain, requested.Tier),
        KeyEntry.Attached attached => (attached.Attestation.Chain, attached.Attestation.Tier),
        _ => throw new UnreachableException(),
    };
}
