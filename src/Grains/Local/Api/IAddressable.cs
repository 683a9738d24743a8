namespace Orleans.Runtime;

/// <summary>Anything that can be addressed by a call.</summary>
public interface IAddressable;
