using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Authority;

/// <summary>Whether a roster is well formed: sizes, distinct members and devices, keys on their curves, each key once.</summary>
public static class RosterForm
{
    private const Roles All = Roles.Owner | Roles.Approver | Roles.Operator | Roles.Auditor;

    public static Rejection? Check(Roster roster)
    {
        if (roster.Members.Length is 0 or > Roster.MaxMembers)
            return new(RejectionCode.TooLarge, $"1 to {Roster.MaxMembers} members", $"{roster.Members.Length}");
        if (roster.Members.Select(member => member.Id).Distinct().Count() != roster.Members.Length)
            return new(RejectionCode.DuplicateMember, "distinct members", "a member that comes twice");
        var devices = roster.Members.SelectMany(member => member.Devices).ToArray();

        // One key in two places would let one device vote for two members.
        if (devices.Select(device => device.PublicKey.ToString()).Distinct(StringComparer.Ordinal).Count() != devices.Length)
            return new(RejectionCode.DuplicateDevice, "each public key once", "a key that comes twice");
        foreach (var member in roster.Members)
            if (CheckMember(member) is { } rejection) return rejection;
        return null;
    }

    /// <summary>True if the next roster only takes devices or members away.</summary>
    public static bool IsRemoval(Roster now, Roster next) => next.Members.All(member =>
        now.Member(member.Id) is { } known && known.Roles == member.Roles && member.Devices.All(device => known.Device(device.Id) == device));

    /// <summary>Members who lose a device or their place.</summary>
    public static ImmutableArray<Name> Losing(Roster now, Roster next) =>
        [.. now.Members.Where(member => next.Member(member.Id) is not { } kept || member.Devices.Any(device => kept.Device(device.Id) is null))
            .Select(member => member.Id)];

    private static Rejection? CheckMember(Member member)
    {
        if ((member.Roles & ~All) != 0) return new(RejectionCode.Malformed, $"{All}", $"{member.Roles}");
        if (member.Devices.Length > Roster.MaxDevicesPerMember)
            return new(RejectionCode.TooLarge, $"{Roster.MaxDevicesPerMember} devices of {member.Id}", $"{member.Devices.Length}");
        if (member.Devices.Select(device => device.Id).Distinct().Count() != member.Devices.Length)
            return new(RejectionCode.DuplicateDevice, $"distinct devices of {member.Id}", "a device that comes twice");
        foreach (var device in member.Devices)
        {
            if (!Enum.IsDefined(device.Scheme)) return new(RejectionCode.UnsupportedScheme, "a known signature scheme", $"{device.Scheme}");
            if (!SignatureCheck.IsPublicKey(device.Scheme, device.PublicKey))
                return new(RejectionCode.BadSignature, $"a public key of {device.Scheme} for {member.Id}/{device.Id}", device.PublicKey.ToString());
        }

        return null;
    }
}
