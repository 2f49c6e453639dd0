"""Influence of every sample at the output layer, in closed form: no backward pass, no loop over samples.

Notation. Sample i of m is a sequence with T tokens; h_it [d] is the input of the output layer, h̃ = [h; 1]
where that layer has a bias, else h [D]; p_it = softmax(W h̃_it) [C]; y_it is the label, one-hot; e = p − y. With l_i the
mean token cross-entropy,

    g_i = ∇l_i = (1/T) Σ_t e_it ⊗ h̃_it          [C, D]
    G   = (1/m) Σ_i g_i                           [C, D]
    H   = (1/mT) Σ_it (diag p_it − p_it p_itᵀ) ⊗ h̃_it h̃_itᵀ
    I_i = −⟨g_i, P⁻¹ G⟩                           influence, with P the estimator's curvature (paper eq. 4)
"""

from imu_sidecar.influence.estimate import Influence, estimate_influence
from imu_sidecar.influence.head_samples import HeadSamples, gather_head_samples

__all__ = ["HeadSamples", "Influence", "estimate_influence", "gather_head_samples"]
