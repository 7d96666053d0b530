// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {PlainToken} from "./PlainToken.sol";

/// @notice As USDT: a fee that the issuer can switch on later, taken from what arrives or put on top of what leaves.
contract FeeToken is PlainToken {
    uint256 public fee;
    bool public onTop;

    function setFee(uint256 amount, bool top) external {
        (fee, onTop) = (amount, top);
    }

    function _move(address from, address to, uint256 amount) internal override {
        _balances[from] -= onTop ? amount + fee : amount;
        _balances[to] += onTop ? amount : amount - fee;
    }
}
