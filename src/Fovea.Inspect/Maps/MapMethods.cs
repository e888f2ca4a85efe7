namespace Fovea.Inspect;

/// <summary>Every method that makes maps, one line each, and those that programs register.</summary>
public static class MapMethods
{
    private static readonly Registry<MapMethod> s_registry = new("method", static m => m.Key,
    [
        new("grad-cam", "Grad-CAM", "ReLU(Σ_c mean(G_c) · A_c)", "Selvaraju et al., Grad-CAM, 2017", static o => new GradCam(o)),
        new("hires-cam", "HiResCAM", "ReLU(Σ_c G_c ⊙ A_c)", "Draelos and Carin, Use HiResCAM instead of Grad-CAM, 2020", static o => new HiResCam(o)),
        new("grad-cam-plus-plus", "Grad-CAM++", "ReLU(Σ_c (Σ α_c ⊙ ReLU(G_c)) · A_c), α = 1 / (2 + ΣA · G)", "Chattopadhyay et al., Grad-CAM++, 2018", static o => new GradCamPlusPlus(o)),
        new("xgrad-cam", "XGrad-CAM", "ReLU(Σ_c (Σ G_c ⊙ A_c / Σ A_c) · A_c)", "Fu et al., Axiom-based Grad-CAM, 2020", static o => new XGradCam(o)),
        new("layer-cam", "Layer-CAM", "ReLU(Σ_c ReLU(G_c) ⊙ A_c)", "Jiang et al., LayerCAM, 2021", static o => new LayerCam(o)),
        new("eigen-cam", "Eigen-CAM", "A · v₁, the first right singular vector of A", "Muhammad and Yeasin, Eigen-CAM, 2020", static o => new EigenCam(o)) { IsForTarget = false },
        new("score-cam", "Score-CAM", "ReLU(Σ_c w_c · A_c), w = softmax_c s(x ⊙ H_c)", "Wang et al., Score-CAM, 2020", static o => new ScoreCam(o)),
        new("ablation-cam", "Ablation-CAM", "ReLU(Σ_c (s − s_c) / |s| · A_c)", "Ramaswamy and Desai, Ablation-CAM, 2020", static o => new AblationCam(o)),
        new("full-grad", "FullGrad", "Σ_c ψ(x ⊙ ∂s/∂x) + Σ_l Σ_c ψ(b_l ⊙ ∂s/∂z_l)", "Srinivas and Fleuret, Full-Gradient Representation, 2019", static _ => new FullGrad()),
        new("attention-rollout", "Attention rollout", "rows of (A_L + I) ⋯ (A_1 + I), each normalised", "Abnar and Zuidema, Quantifying Attention Flow, 2020", static o => new AttentionRollout(o)) { IsForTarget = false, IsForTransformers = true },
        new("gradient-rollout", "Gradient-weighted rollout", "(I + Ā_L) ⋯ (I + Ā_1), Ā = mean_h ReLU(∂s/∂A ⊙ A)", "Chefer et al., Generic Attention-Model Explainability, 2021", static _ => new GradientRollout()) { IsForTransformers = true },
    ]);

    /// <summary>All methods.</summary>
    public static IReadOnlyList<MapMethod> All => s_registry.All;

    /// <summary>All keys.</summary>
    public static IReadOnlyList<string> Keys => s_registry.Keys;

    /// <summary>Adds a method of your own: the command line knows its key.</summary>
    /// <exception cref="ArgumentException">The key is taken, or has other characters than letters, digits, <c>_</c>, <c>-</c> and <c>.</c>.</exception>
    public static void Register(MapMethod method) => s_registry.Add(method);

    /// <summary>The method of a key.</summary>
    /// <exception cref="OptionException">There is none; the message names the nearest.</exception>
    public static MapMethod Find(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return s_registry.Get(key) ?? throw new OptionException("method", $"there is no method \"{key}\"; {Suggestion.Hint(key, Keys)}");
    }

    /// <summary>Builds the method of a key.</summary>
    /// <param name="key">Such as <c>grad-cam</c>.</param>
    /// <param name="options">How; null for the defaults.</param>
    /// <exception cref="OptionException">There is no such method.</exception>
    public static IMapMethod Create(string key, MapMethodOptions? options = null) => Find(key).Create(options);
}
