namespace Orleans.Streams;

/// <summary>An item's place in a stream. A stream that keeps nothing has none to give: observers get null.</summary>
public abstract class StreamSequenceToken;
