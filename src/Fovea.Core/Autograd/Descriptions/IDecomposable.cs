namespace Fovea;

/// <summary>
/// An op that does at once what simpler ops do one after the other, and says what these are. Whatever has no kernel for it (an exporter,
/// another device, a reference to test against) computes that instead.
/// </summary>
public interface IDecomposable
{
    /// <summary>The op's results by simpler ops.</summary>
    /// <param name="inputs">As the op takes them.</param>
    /// <returns>
    /// The outputs in their order, as far as they mean something outside: statistics that the op keeps for its backward pass are left out.
    /// </returns>
    Tensor[] Decompose(params Tensor[] inputs);
}
