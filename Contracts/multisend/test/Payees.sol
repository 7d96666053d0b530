// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {MultiSend} from "../MultiSend.sol";

/// @notice Takes no money.
contract RefusingPayee {
    error Unwanted();

    receive() external payable {
        revert Unwanted();
    }
}

/// @notice Uses the payment that it gets to call the contract again, for itself and in the name of nobody else.
contract CallingPayee {
    MultiSend private immutable _batch;
    address private immutable _friend;
    uint256 private immutable _share;

    /// @notice How often it was paid.
    uint256 public calls;

    constructor(MultiSend batch, address friend, uint256 share) {
        (_batch, _friend, _share) = (batch, friend, share);
    }

    receive() external payable {
        ++calls;
        if (calls > 1) return;
        MultiSend.Payment[] memory payments = new MultiSend.Payment[](1);
        payments[0] = MultiSend.Payment(address(0), _friend, _share);
        _batch.send{value: _share}(payments);
    }
}

/// @notice Tries to be paid more than once out of what others are still to be paid from: it sends nothing along.
contract GreedyPayee {
    MultiSend private immutable _batch;

    /// @notice Whether the contract gave it anything for nothing.
    bool public succeeded;

    constructor(MultiSend batch) {
        _batch = batch;
    }

    receive() external payable {
        MultiSend.Payment[] memory payments = new MultiSend.Payment[](1);
        payments[0] = MultiSend.Payment(address(0), address(this), 1);
        try _batch.send(payments) {
            succeeded = true;
        } catch {}
    }
}
