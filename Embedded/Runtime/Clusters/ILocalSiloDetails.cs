namespace Orleans.Runtime;

/// <summary>What a silo knows of itself.</summary>
public interface ILocalSiloDetails
{
    string Name { get; }

    string ClusterId { get; }
}
