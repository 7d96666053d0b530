using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Authority;

/// <summary>Look-ups in a roster.</summary>
public static class RosterLookup
{
    public static Member? Member(this Roster roster, Name member)
    {
        foreach (var candidate in roster.Members)
            if (candidate.Id == member) return candidate;
        return null;
    }

    public static Device? Device(this Roster roster, Name member, Name device) => roster.Member(member)?.Device(device);

    public static Device? Device(this Member member, Name device)
    {
        foreach (var candidate in member.Devices)
            if (candidate.Id == device) return candidate;
        return null;
    }
}
