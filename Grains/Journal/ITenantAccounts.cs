namespace TPWallet.Grains.Journal;

/// <summary>
/// How many accounts each tenant has, in the journal's database, so that all silos count together. Beside the journal, like <see cref="IAnswerStore"/>: nothing
/// but the quota looks at it. A process that dies between the count and the registration leaves one too many, never one too few. What a database had before the
/// table was made is counted for the tenant of its streams, which is the silo's. Every method fails as its database does; whether it counted is not known then.
/// </summary>
public interface ITenantAccounts
{
    /// <summary>Counts one account more and is true, or is false when the tenant has <paramref name="most"/> (at least 1) already. Cannot be raced.</summary>
    Task<bool> TryAddAsync(string tenant, long most, CancellationToken cancellationToken);

    /// <summary>Takes one back that came to nothing.</summary>
    Task RemoveAsync(string tenant, CancellationToken cancellationToken);
}
